import { knownTransfer, type KnownTransfer } from '../journal/known-transfer.ts';
import type { TransferId } from '../journal/record.ts';
import { goOn, type Owner } from './go-on.ts';
import type { RecoveryOptions } from './options.ts';

/** What it takes to bring one transfer to its end. */
export interface ResolveOptions extends RecoveryOptions {
  /**
   * Says who owns the guest when the other end cannot: it is not there any more, or has lost its journal. "here" is
   * this host. Who says it wrongly makes two copies run.
   */
  readonly owner?: Owner | undefined;
}

/**
 * Brings a transfer to its end after a crash or a broken link, by asking the other end. May be called as often as one
 * likes; one that has ended already is just described.
 *
 * @throws VmToolsError
 *   XFR_TRANSFER_UNKNOWN, XFR_GUEST_BUSY (usage): there is none of this id, or a process is still at work on it;
 *   XFR_OWNER_REFUSED (usage): `owner` was given, and the other end or the journal can tell;
 *   XFR_UNCERTAIN (uncertain): nobody can tell yet;
 *   XFR_TWO_RUNNING (uncertain): it runs at the target, and here: `owner` "there" destroys the copy here;
 *   XFR_JOURNAL_CORRUPT, XFR_JOURNAL_IO; and what the finder or the guest rejects with: then it may be tried again
 */
export async function resolveTransfer(id: TransferId, options: ResolveOptions): Promise<KnownTransfer> {
  await using journal = await options.journals.open(id);
  await goOn(journal, options, options.owner);
  return knownTransfer(journal.record);
}
