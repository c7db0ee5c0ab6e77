import { knownTransfer, type KnownTransfer } from '../journal/known-transfer.ts';
import type { TransferId } from '../journal/record.ts';
import { goOn, type OperatorsWord } from './go-on.ts';
import type { RecoveryOptions } from './options.ts';

/** Options to finish one transfer. */
export interface ResolveOptions extends RecoveryOptions, OperatorsWord {}

/**
 * Brings a transfer to its end after a crash or a broken link, by asking the other end. It is safe to repeat; a
 * transfer that has ended already is only described.
 *
 * @throws VmToolsError
 *   XFR_TRANSFER_UNKNOWN, XFR_GUEST_BUSY (usage): there is none of this id, or a process still works on it;
 *   XFR_OWNER_REFUSED (usage): `owner` was given, and the other end or the journal can tell;
 *   XFR_NOT_FENCED (usage): it is another host that was `fenced`, or it answers;
 *   XFR_UNCERTAIN (uncertain): neither side can tell yet;
 *   XFR_TWO_RUNNING (uncertain): it runs at the target, and here: `owner` "there" destroys the copy here;
 *   XFR_JOURNAL_CORRUPT, XFR_JOURNAL_IO; and what the finder or the guest rejects with: then it may be tried again
 */
export async function resolveTransfer(id: TransferId, options: ResolveOptions): Promise<KnownTransfer> {
  await using journal = await options.journals.open(id);
  await goOn(journal, options, options);
  return knownTransfer(journal.record);
}
