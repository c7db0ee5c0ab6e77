import { nulTerminated } from '../../wire/strings.ts';
import { QUOTA } from '../tree/quota.ts';
import { Refusal } from '../tree/refusal.ts';
import { TransactionView } from '../tree/transaction-view.ts';
import type { Asker } from './asker.ts';

export function startTransaction({ client, store, transaction, isGuest }: Asker): Buffer {
  if (transaction !== undefined) throw new Refusal('EBUSY');
  if (isGuest && client.transactions.size > QUOTA.transactions) throw new Refusal('ENOSPC');
  const id = client.newTransactionId();
  client.transactions.set(id, new TransactionView(store, isGuest));
  return nulTerminated(id);
}

/** @param answer "T" to commit, "F" to forget it; either way it is over, also when it is refused */
export function endTransaction({ client, store, transaction }: Asker, answer: string): void {
  if (answer !== 'T' && answer !== 'F') throw new Refusal('EINVAL');
  if (transaction === undefined) throw new Refusal('ENOENT');
  client.transactions.delete(transaction.id);
  if (answer === 'F') return;
  for (const event of transaction.view.commit()) store.announce(event);
}
