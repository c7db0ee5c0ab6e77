import { join } from 'node:path';
import { JOURNAL_FOLDER, undecidedTransfer, type KnownTransfer } from '@vm-tools/libxfr/journals';

/** The transfer of a guest that has begun and is not decided, by the journals of a host. */
export function transferOf(uuid: string, root: string): Promise<KnownTransfer | undefined> {
  return undecidedTransfer(uuid, join(root, JOURNAL_FOLDER));
}
