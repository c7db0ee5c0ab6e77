import { messageOf, type VmToolsError } from '@vm-tools/errors';
import type { Trigger } from '../commit/table.ts';
import type { FoundTarget } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import { encodeRemoteError } from '../protocol/remote-error.ts';
import { answerOf } from '../session/answers.ts';
import { pursue, type TargetParticipant } from '../session/participant.ts';
import { whereabouts } from '../session/whereabouts.ts';

/**
 * The guest will never run here. That is written down first, said second, and only then the guest is removed, so that a
 * later question gets the same answer. Rejects with the failure.
 */
export async function fence(
  participant: TargetParticipant,
  target: Pick<FoundTarget, 'abandon'>,
  channel: Channel,
  failure: VmToolsError,
): Promise<never> {
  const told = failure.with({ guest: whereabouts(participant.record.guest, 'never started here') });
  const wasReady = participant.state === 'ready';
  const wasAccepted = participant.guest !== 'absent';
  if (!wasAccepted) participant.guest = 'partial'; // something may have been taken before it was refused
  try {
    await participant.write('fenced', triggerOf(failure), { error: failure });
  } catch (thrown) {
    const leftovers = [`the journal of transfer ${participant.id}: ${messageOf(thrown)}`];
    if (participant.allows({ act: 'abandon' }, 'failure')) {
      await participant
        .act('abandon', () => target.abandon(), 'failure')
        .catch((second: unknown) => leftovers.push(notRemoved(second)));
      channel.abort(failure);
    } else {
      leftovers.push('the guest, paused, until its journal can be written');
    }
    throw told.with({ leftovers });
  }
  // A source that does not get it now asks, or gives up by itself.
  if (wasReady) await sayWord(participant, channel).catch(() => undefined);
  else if (wasAccepted) await participant.abort(channel, failure).catch(() => undefined);
  else
    await participant
      .say(channel, 'REJECT', { error: encodeRemoteError(failure, 'target') })
      .catch(() => undefined);
  throw await removeFenced(participant, target, told);
}

/** Removes a fenced guest; a failure of that is reported beside the first one, and the journal stays open. */
export async function removeFenced(
  participant: TargetParticipant,
  target: Pick<FoundTarget, 'abandon'>,
  failure: VmToolsError,
): Promise<VmToolsError> {
  try {
    await pursue(participant, { abandon: () => target.abandon() });
    return failure;
  } catch (thrown) {
    return failure.with({ leftovers: [notRemoved(thrown)] });
  }
}

/** Tells the source what the journal says. */
export async function sayWord(participant: TargetParticipant, channel: Channel): Promise<void> {
  const { name, body } = answerOf(participant.record);
  await participant.say(channel, name, body);
}

function notRemoved(thrown: unknown): string {
  return `the unfinished guest could not be removed: ${messageOf(thrown)}`;
}

/** The trigger of the table. */
function triggerOf({ code }: VmToolsError): Trigger {
  if (code === 'XFR_LEASE_EXPIRED') return 'lease expired';
  return code === 'XFR_PEER_ABORTED' ? 'ABORT' : 'failure';
}
