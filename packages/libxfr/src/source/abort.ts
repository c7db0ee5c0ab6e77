import { messageOf, type VmToolsError } from '@vm-tools/errors';
import type { Trigger } from '../commit/table.ts';
import type { Offer, Source } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import { pursue, type SourceParticipant } from '../session/participant.ts';
import { takenAway, unlessChanged, type Change } from './changed.ts';
import { notSaved, resumeFailed, stillRunning } from './failure.ts';
import type { Sending } from './phases.ts';

/**
 * Ends a transfer of which the guest stays here: the abort is written down, the target is told, and the guest is
 * resumed if it was suspended and no other toolstack has it by now. Returns the error that says how all that ended.
 *
 * @param failure why the guest is not moved
 * @param on the trigger of the table
 */
export async function abortTransfer(
  participant: SourceParticipant,
  source: Source,
  channel: Pick<Channel, 'abort'>,
  { failure, on }: { readonly failure: VmToolsError; readonly on: Trigger },
): Promise<VmToolsError> {
  const { guest } = participant.record;
  let change: Change | undefined;
  const resume = async (): Promise<void> => {
    change = await unlessChanged(source, () => source.resume());
  };
  try {
    try {
      await participant.write('aborted', on, { error: failure });
      await participant.abort(channel, failure);
    } catch (thrown) {
      if (participant.guest !== 'running') await participant.act('resume', resume, 'failure');
      throw thrown;
    }
    await pursue(participant, { resume });
    return change === undefined ? stillRunning(source, guest, failure) : takenAway(guest, failure, change);
  } catch (thrown) {
    // Not by hand: whatever the journal says by now, its own way out is the only one that asks the target.
    const hint = `once the cause is gone, run vm-migrate resolve ${participant.id}; it is suspended in memory on the source`;
    if (participant.guest !== 'running') return resumeFailed(thrown, guest, failure).with({ hint });
    // A journal that has not been ended can be told later that the guest runs.
    const told =
      change === undefined ? stillRunning(source, guest, failure) : takenAway(guest, failure, change);
    return told.with({ leftovers: [journalLeft(participant.id, thrown)] });
  }
}

function journalLeft(id: string, thrown: unknown): string {
  return `the journal of transfer ${id}: ${messageOf(thrown)}`;
}

/**
 * Ends the journal of a transfer whose save has failed, and so has resumed the guest itself. If it could not, the
 * journal stays open, so that recovery tries again.
 */
async function closeAborted(
  participant: SourceParticipant,
  channel: Pick<Channel, 'abort'>,
  { failure, told }: { readonly failure: VmToolsError; readonly told: VmToolsError },
): Promise<VmToolsError> {
  try {
    await participant.write('aborted', 'failure', { error: failure });
    await participant.abort(channel, failure);
    if (told.leftovers.length === 0) await pursue(participant, {});
    return told;
  } catch (thrown) {
    return told.with({ leftovers: [journalLeft(participant.id, thrown)] });
  }
}

/**
 * Ends a transfer that has failed before "committed": the guest runs on the source.
 *
 * @param thrown what ended it; an earlier cause counts more
 * @param known what there was by then
 */
export async function abortUncommitted(
  {
    source,
    channel,
    attempt,
  }: Pick<Sending, 'source' | 'attempt'> & { readonly channel: Pick<Channel, 'abort'> },
  thrown: unknown,
  {
    offer,
    participant,
  }: { readonly offer?: Offer | undefined; readonly participant?: SourceParticipant | undefined },
): Promise<never> {
  const failure = attempt.cause(thrown);
  if (participant === undefined) {
    channel.abort(failure);
    throw notSaved(source, offer, { failure, thrown });
  }
  await using held = participant;
  if (held.guest !== 'running')
    throw await abortTransfer(held, source, channel, { failure, on: triggerOf(failure) });
  throw await closeAborted(held, channel, { failure, told: notSaved(source, offer, { failure, thrown }) });
}

/** The trigger of the table. */
function triggerOf({ code }: VmToolsError): 'REJECT' | 'ABORT' | 'failure' {
  if (code === 'XFR_PEER_REJECTED' || code === 'XFR_SAME_HOST') return 'REJECT';
  return code === 'XFR_PEER_ABORTED' ? 'ABORT' : 'failure';
}
