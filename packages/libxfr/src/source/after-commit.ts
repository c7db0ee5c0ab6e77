import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { TransferSummary } from '../events.ts';
import type { SaveReport, Source } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import type { Body } from '../protocol/messages.ts';
import { peerError } from '../protocol/remote-error.ts';
import { askUntilKnown, uncertain, type AskOptions } from '../session/ask.ts';
import { pursue, type SourceParticipant } from '../session/participant.ts';
import type { ProgressReporter } from '../session/progress.ts';
import { warnOfLost } from '../session/warn-of-lost.ts';
import { abortTransfer } from './abort.ts';
import { changeIn, unlessChanged } from './changed.ts';

/**
 * The source after "committed". A link that breaks after GO leaves the source unable to know whether the guest runs at
 * the target, and no protocol can spare it that. Resuming here on a suspicion would let two copies of one guest write
 * to one disk, so only the target's word counts: RUNNING, or FENCED, that it will never run there. The source asks for
 * it over new connections, and without it the guest stays suspended, whole, in the source's memory.
 */
export async function afterCommit(
  participant: SourceParticipant,
  source: Source,
  channel: Channel,
  {
    saved,
    progress,
    ...options
  }: AskOptions & { readonly saved: SaveReport; readonly progress: ProgressReporter },
): Promise<TransferSummary> {
  progress.phase('starting');
  const asked = await askUntilKnown(participant, { ...options, channel });
  try {
    const { answer, channel: last = channel } = asked;
    switch (answer?.name) {
      case 'RUNNING':
        progress.running(saved.suspendedAt);
        warnOfLost(progress, answer.body.warnings);
        await leave(participant, source, last, progress);
        return progress.complete({ iterations: saved.iterations, domid: answer.body.domid });
      case 'FENCED':
        throw await abortTransfer(participant, source, last, {
          failure: fencedError(answer.body),
          on: 'FENCED',
        });
      default:
        throw uncertain(participant, asked, channel.peer);
    }
  } finally {
    if (asked.channel !== channel) await asked.channel?.close();
  }
}

/**
 * The guest lives elsewhere by now: that something could not be written or removed here is no failure any more. That
 * it lives here, too, is one.
 *
 * @param channel undefined for a target that waits for no last word
 * @throws VmToolsError XFR_TWO_RUNNING (uncertain)
 */
export async function leave(
  participant: SourceParticipant,
  source: Source,
  channel: Channel | undefined,
  progress: ProgressReporter,
): Promise<void> {
  try {
    await participant.write('confirmed', 'RUNNING');
    // The target need not wait for the removal: whatever happens from now on, it is not asked again.
    if (channel !== undefined) await participant.say(channel, 'BYE', {}).catch(() => undefined);
    await pursue(participant, { destroy: () => destroyCopy(source) });
  } catch (thrown) {
    if (changeIn(thrown) !== undefined) throw twoRunning(participant, thrown);
    progress.warn({
      code: 'XFR_W_LEFTOVER',
      message: `the suspended copy of ${participant.record.guest.name} could not be removed from the source: ${messageOf(thrown)}`,
      hint: `do not resume it; try again to remove it with vm-migrate resolve ${participant.id}`,
    });
  }
}

/** Removes the suspended copy of a guest that runs at the target. @throws VmToolsError GUEST_CHANGED when that is not what it is */
export async function destroyCopy(source: Pick<Source, 'confirm' | 'destroy'> | undefined): Promise<void> {
  if (source === undefined) return;
  const change = await unlessChanged(source, () => source.destroy());
  if (change !== undefined && change.now !== 'absent') throw change.error;
}

/** Which of the two has to go, is not for us to say: each may have written to the disk by now. */
export function twoRunning({ id, record }: SourceParticipant, thrown: unknown): VmToolsError {
  const { guest, peer } = record;
  return new VmToolsError({
    code: 'XFR_TWO_RUNNING',
    kind: 'uncertain',
    side: 'source',
    message: `${guest.name} runs on ${peer}, and the copy of it here is not suspended any more: ${messageOf(thrown)}`,
    hint: `look at both; vm-migrate resolve ${id} --owner there destroys the copy here`,
    cause: thrown,
    guest: {
      name: guest.name,
      uuid: guest.uuid,
      state: 'running on the target, and not suspended on the source',
    },
    details: { id, peer },
  });
}

/** Why the guest will not run at the target. */
export function fencedError({ error, tried }: Body<'FENCED'>): VmToolsError {
  const how = tried
    ? { code: 'XFR_TARGET_START_FAILED', did: 'could not start the guest', side: 'target' as const }
    : { code: 'XFR_PEER_ABORTED', did: 'gave up', side: 'target' as const };
  const unsaid = { code: 'XFR_FAILED', kind: 'failure', message: 'it did not say why' } as const;
  return peerError(error ?? unsaid, how);
}
