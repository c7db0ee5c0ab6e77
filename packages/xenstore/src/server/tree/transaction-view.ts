import type { AccessList } from './access-list.ts';
import type { NodeContent, StoreNode, TreeView } from './node-tree.ts';
import { QUOTA } from './quota.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';
import type { TreeEvent } from './watch-table.ts';

interface TouchedNode {
  readonly before: StoreNode | undefined;
  readonly permissionsBefore: AccessList | undefined;
  after: StoreNode | undefined;
  isChanged: boolean;
  event: TreeEvent | undefined;
}

/** The tree as one transaction sees it: writes go aside, and each node stays as it was when it was first read. */
export class TransactionView implements TreeView {
  readonly #store: Store;
  readonly #isGuest: boolean;
  /** by path, in the order in which they were first read */
  readonly #touched = new Map<string, TouchedNode>();
  /** by domid, how many more nodes it will own */
  readonly #owners = new Map<number, number>();
  #hasCreated = false;
  #hasFailed = false;

  constructor(store: Store, isGuest: boolean) {
    this.#store = store;
    this.#isGuest = isGuest;
  }

  get(path: string): StoreNode | undefined {
    return this.#touch(path).after;
  }

  set(path: string, content: NodeContent | undefined): void {
    const touched = this.#touch(path);
    const before = touched.after;
    this.#hasCreated ||= before === undefined;
    const [loser, winner] = [before?.permissions[0].domid, content?.permissions[0].domid];
    if (loser !== winner) {
      this.#countOwner(loser, -1);
      this.#countOwner(winner, 1);
    }
    touched.after = content && this.#store.tree.stamp(content);
    touched.isChanged = true;
  }

  /** It cannot be committed any more: a write of it has failed half way. */
  fail(): void {
    this.#hasFailed = true;
  }

  /**
   * The events for when this is committed. A node has one event; that it changed counts for more than that it went
   * along.
   */
  note(event: TreeEvent): void {
    const touched = this.#touch(event.path);
    if (touched.event === undefined || !event.isExact) touched.event = event;
  }

  /**
   * Writes it all to the tree, and gives the events.
   * @throws Refusal EAGAIN when a node that was read has changed since, ENOSPC, ENOMEM; then nothing is written
   */
  commit(): TreeEvent[] {
    const { tree } = this.#store;
    if (this.#hasFailed) throw new Refusal('ENOMEM');
    this.#checkOwners();
    for (const [path, { before }] of this.#touched) {
      if (tree.get(path) !== before) throw new Refusal('EAGAIN');
    }
    for (const [path, { after, isChanged }] of this.#touched) {
      if (isChanged) tree.set(path, after);
    }
    return [...this.#touched.values()].flatMap(({ event, permissionsBefore }) =>
      event === undefined ? [] : [{ ...event, permissionsBefore }],
    );
  }

  #touch(path: string): TouchedNode {
    const known = this.#touched.get(path);
    if (known !== undefined) return known;
    if (this.#isGuest && this.#touched.size >= QUOTA.nodesPerTransaction) {
      this.#hasFailed = true;
      throw new Refusal('ENOSPC');
    }
    const node = this.#store.tree.get(path);
    const permissionsBefore = node && this.#store.withStaleMarked(node).permissions;
    const touched = { before: node, permissionsBefore, after: node, isChanged: false, event: undefined };
    this.#touched.set(path, touched);
    return touched;
  }

  #countOwner(domid: number | undefined, more: number): void {
    if (domid !== undefined) this.#owners.set(domid, (this.#owners.get(domid) ?? 0) + more);
  }

  /**
   * As xenstored does it: a guest's transaction is measured by the quota of all owners that it concerns, and an owner
   * that has died meanwhile is ENOMEM. That comes before the check whether its nodes, which died with it, are EAGAIN.
   */
  #checkOwners(): void {
    const { tree, domains } = this.#store;
    for (const [domid, more] of this.#owners) {
      if (domains.know(domid, tree.nextGeneration) === undefined) throw new Refusal('ENOMEM');
      const isLimited = this.#isGuest && this.#hasCreated && domid !== 0;
      if (isLimited && tree.ownedBy(domid).size + more >= QUOTA.nodes) throw new Refusal('ENOSPC');
    }
  }
}
