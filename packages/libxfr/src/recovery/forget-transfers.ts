import { VmToolsError } from '@vm-tools/errors';
import type { Journals } from '../journal/journals.ts';
import { knownTransfer, type KnownTransfer } from '../journal/known-transfer.ts';
import { unresolved } from '../journal/unresolved.ts';

/**
 * Removes the journals of a guest, or of one transfer, so that its count of epochs begins anew and no later question
 * about them is answered. Only ended ones can be removed: a transfer that is still to be decided, or to be told to the
 * other host, stays.
 *
 * @param wanted the UUID of a guest, or the id of a transfer
 * @returns what was removed
 * @throws VmToolsError XFR_TRANSFER_UNKNOWN, XFR_GUEST_BUSY (usage); XFR_UNRESOLVED (uncertain): then nothing was removed
 */
export async function forgetTransfers(
  journals: Pick<Journals, 'list' | 'open'>,
  wanted: string,
): Promise<readonly KnownTransfer[]> {
  const { records } = await journals.list();
  const meant = records.filter(({ id, guest }) => id === wanted || guest.uuid === wanted.toLowerCase());
  if (meant.length === 0) throw unknown(wanted);
  const known = meant.map(knownTransfer);
  const open = known.find(({ isEnded }) => !isEnded);
  if (open !== undefined) throw unresolved(open);
  for (const { id } of known) {
    await using journal = await journals.open(id);
    await journal.remove();
  }
  return known;
}

function unknown(wanted: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_TRANSFER_UNKNOWN',
    kind: 'usage',
    message: `this host knows of no transfer ${wanted}, and of none of a guest with that UUID`,
    hint: 'list the transfers with vm-migrate list --all',
    details: { wanted },
  });
}
