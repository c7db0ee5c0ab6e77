import { VmToolsError } from '@vm-tools/errors';
import type { Journals, TransferRecord } from '@vm-tools/libxfr/journals';

/**
 * The transfer that is meant: by its id, or by the beginning of it that no other has.
 *
 * @throws VmToolsError XFR_TRANSFER_UNKNOWN, XFR_TRANSFER_AMBIGUOUS (usage); XFR_JOURNAL_CORRUPT
 */
export async function findTransfer(journals: Journals, wanted: string): Promise<TransferRecord> {
  const exact = await journals.read(wanted);
  if (exact !== undefined) return exact;
  const { records } = await journals.list();
  const [found, second] = records.filter(({ id }) => wanted !== '' && id.startsWith(wanted));
  if (found !== undefined && second === undefined) return found;
  throw new VmToolsError({
    code: found === undefined ? 'XFR_TRANSFER_UNKNOWN' : 'XFR_TRANSFER_AMBIGUOUS',
    kind: 'usage',
    message:
      found === undefined
        ? `this host knows of no transfer ${wanted}`
        : `${wanted} may be any of several transfers`,
    hint: 'vm-migrate list shows all of them',
    details: { wanted },
  });
}
