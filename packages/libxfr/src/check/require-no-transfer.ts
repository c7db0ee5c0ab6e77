import { VmToolsError } from '@vm-tools/errors';
import { SOURCE, TARGET } from '../commit/table.ts';
import type { Journals } from '../journal/journals.ts';
import type { TransferRecord } from '../journal/record.ts';
import type { Guest } from '../whereabouts.ts';

/**
 * What stands in the journals and would not let a transfer of this guest begin.
 *
 * @throws VmToolsError XFR_GUEST_BUSY (usage) when one is under way or has not come to its end;
 *   XFR_JOURNAL_CORRUPT (corrupt) when a damaged journal may be about this guest
 */
export async function requireNoTransfer(
  journals: Pick<Journals, 'list'>,
  { name, uuid }: Guest,
): Promise<void> {
  const { records, damaged } = await journals.list();
  const doubt = damaged.find(({ details }) => (details['uuid'] ?? uuid) === uuid);
  if (doubt !== undefined) throw doubt;
  const open = records.find((record) => record.guest.uuid === uuid && !isDecided(record));
  if (open === undefined) return;
  const { id, state } = open;
  throw new VmToolsError({
    code: 'XFR_GUEST_BUSY',
    kind: 'usage',
    message: `${name} is being moved, or a transfer of it has not come to its end: it is "${state}"`,
    hint: `vm-migrate status ${id} tells more, and vm-migrate resolve ${id} ends one that a crash has left`,
    details: { id, state },
  });
}

function isDecided(record: TransferRecord): boolean {
  const { isDecided: is } =
    record.role === 'source' ? SOURCE.states[record.state] : TARGET.states[record.state];
  return is === true;
}
