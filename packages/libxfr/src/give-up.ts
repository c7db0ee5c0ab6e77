import { messageOf, type VmToolsError } from '@vm-tools/errors';
import { answerOf } from './commit/answers.ts';
import { pursue, type TargetParty } from './commit/party.ts';
import type { Trigger } from './commit/table.ts';
import type { FoundTarget } from './ports.ts';
import type { Channel } from './protocol/channel.ts';
import { encodeRemoteError } from './protocol/remote-error.ts';
import { whereabouts } from './whereabouts.ts';

/**
 * The guest will never run here. That is written down first, said second, and only then the guest is removed, so that
 * whoever asks later hears the same. Rejects with the failure.
 */
export async function giveUp(
  party: TargetParty,
  target: Pick<FoundTarget, 'abandon'>,
  channel: Channel,
  failure: VmToolsError,
): Promise<never> {
  const told = failure.with({ guest: whereabouts(party.record.guest, 'never started here') });
  const wasReady = party.state === 'ready';
  const wasAccepted = party.guest !== 'absent';
  if (!wasAccepted) party.guest = 'partial'; // something may have been taken before it was refused
  try {
    await party.write('fenced', triggerOf(failure), failure);
  } catch (thrown) {
    const leftovers = [`the journal of transfer ${party.id}: ${messageOf(thrown)}`];
    if (party.allows({ act: 'abandon' }, 'failure')) {
      await party
        .act('abandon', () => target.abandon(), 'failure')
        .catch((second: unknown) => leftovers.push(notRemoved(second)));
      channel.abort(failure);
    } else {
      leftovers.push('the guest, paused, until its journal can be written');
    }
    throw told.with({ leftovers });
  }
  // Who does not hear it now asks, or gives up by himself.
  if (wasReady) await sayWord(party, channel).catch(() => undefined);
  else if (wasAccepted) await party.abort(channel, failure).catch(() => undefined);
  else
    await party
      .say(channel, 'REJECT', { error: encodeRemoteError(failure, 'target') })
      .catch(() => undefined);
  throw await removeFenced(party, target, told);
}

/** Removes what has been fenced; a failure of that is told beside the first one, and the journal stays open. */
export async function removeFenced(
  party: TargetParty,
  target: Pick<FoundTarget, 'abandon'>,
  failure: VmToolsError,
): Promise<VmToolsError> {
  try {
    await pursue(party, { abandon: () => target.abandon() });
    return failure;
  } catch (thrown) {
    return failure.with({ leftovers: [notRemoved(thrown)] });
  }
}

/** Tells the source what the journal says. */
export async function sayWord(party: TargetParty, channel: Channel): Promise<void> {
  const { name, body } = answerOf(party.record);
  await party.say(channel, name, body);
}

function notRemoved(thrown: unknown): string {
  return `the unfinished guest could not be removed: ${messageOf(thrown)}`;
}

/** What the table calls it. */
function triggerOf({ code }: VmToolsError): Trigger {
  if (code === 'XFR_LEASE_EXPIRED') return 'lease expired';
  return code === 'XFR_PEER_ABORTED' ? 'ABORT' : 'failure';
}
