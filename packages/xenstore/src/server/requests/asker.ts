import type { Client } from '../client.ts';
import type { TreeView } from '../tree/node-tree.ts';
import type { Store } from '../tree/store.ts';
import type { TransactionView } from '../tree/transaction-view.ts';
import type { TreeEvent } from '../tree/watch-table.ts';

interface OpenTransaction {
  readonly id: number;
  readonly view: TransactionView;
}

/**
 * The client that sends a request, and the tree that the request works on: the real one, or the view of one of the
 * client's transactions.
 */
export class Asker {
  readonly store: Store;
  readonly client: Client;
  readonly transaction: OpenTransaction | undefined;
  /** Sends the messages that follow the reply. */
  afterReply: (() => void) | undefined;

  constructor(store: Store, client: Client, transaction?: OpenTransaction) {
    this.store = store;
    this.client = client;
    this.transaction = transaction;
  }

  get domid(): number {
    return this.client.domid;
  }

  get isGuest(): boolean {
    return this.client.domid !== 0;
  }

  get view(): TreeView {
    return this.transaction?.view ?? this.store.tree;
  }

  /** Watchers get it now, or when the transaction is committed. */
  announce(event: TreeEvent): void {
    if (this.transaction === undefined) this.store.announce(event);
    else this.transaction.view.note(event);
  }
}
