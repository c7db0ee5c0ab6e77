import { messageOf, type VmToolsError } from '@vm-tools/errors';
import { pursue, type SourceParty } from './commit/party.ts';
import type { Trigger } from './commit/table.ts';
import { takenAway, unlessChanged, type Change } from './changed.ts';
import { resumeFailed, stillRunning } from './give-back.ts';
import type { Source } from './ports.ts';
import type { Channel } from './protocol/channel.ts';

/**
 * Ends a transfer of which the guest stays here: that is written down, the target is told, and the guest is resumed
 * if it was suspended, and nobody else has it by now. Returns the error that tells how all that ended.
 *
 * @param failure why the guest is not moved
 * @param on what the table calls that
 */
export async function takeBack(
  party: SourceParty,
  source: Source,
  channel: Channel,
  { failure, on }: { readonly failure: VmToolsError; readonly on: Trigger },
): Promise<VmToolsError> {
  const { guest } = party.record;
  let change: Change | undefined;
  const resume = async (): Promise<void> => {
    change = await unlessChanged(source, () => source.resume());
  };
  try {
    try {
      await party.write('aborted', on, failure);
      await party.abort(channel, failure);
    } catch (thrown) {
      if (party.guest !== 'running') await party.act('resume', resume, 'failure');
      throw thrown;
    }
    await pursue(party, { resume });
    return change === undefined ? stillRunning(source, guest, failure) : takenAway(guest, failure, change);
  } catch (thrown) {
    // Not by hand: whatever the journal says by now, its own way out is the only one that asks the target.
    const hint = `it is suspended in memory on the source; once the cause is gone: vm-migrate resolve ${party.id}`;
    if (party.guest !== 'running') return resumeFailed(thrown, guest, failure).with({ hint });
    // A journal that has not been ended can be told later that the guest runs.
    const told =
      change === undefined ? stillRunning(source, guest, failure) : takenAway(guest, failure, change);
    return told.with({ leftovers: [journalLeft(party.id, thrown)] });
  }
}

function journalLeft(id: string, thrown: unknown): string {
  return `the journal of transfer ${id}: ${messageOf(thrown)}`;
}

/**
 * Ends the journal of a transfer whose save has failed, and so has resumed the guest itself. If it could not, the
 * journal stays open, so that somebody tries again.
 */
export async function closeAborted(
  party: SourceParty,
  channel: Channel,
  { failure, told }: { readonly failure: VmToolsError; readonly told: VmToolsError },
): Promise<VmToolsError> {
  try {
    await party.write('aborted', 'failure', failure);
    await party.abort(channel, failure);
    if (told.leftovers.length === 0) await pursue(party, {});
    return told;
  } catch (thrown) {
    return told.with({ leftovers: [journalLeft(party.id, thrown)] });
  }
}
