import type { Client } from '../client.ts';
import type { TreeView } from '../tree/node-tree.ts';
import type { Store } from '../tree/store.ts';
import type { TransactionView } from '../tree/transaction-view.ts';
import type { TreeEvent } from '../tree/watch-table.ts';

interface OpenTransaction {
  readonly id: number;
  readonly view: TransactionView;
}

/** Who sends a request, and what it works on: the tree, or the tree as one of his transactions sees it. */
export class Asker {
  readonly store: Store;
  readonly client: Client;
  readonly transaction: OpenTransaction | undefined;
  /** What is to be sent behind the reply. */
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

  /** Those who watch hear of it now, or when the transaction is committed. */
  announce(event: TreeEvent): void {
    if (this.transaction === undefined) this.store.announce(event);
    else this.transaction.view.note(event);
  }
}
