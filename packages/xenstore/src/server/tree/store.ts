import { accessOf, DOM0_ONLY, READ, type AccessEntry, type AccessList } from './access-list.ts';
import { DomainTable } from './domain-table.ts';
import { NodeTree, type StoreNode, type TreeView } from './node-tree.ts';
import { parentOf } from './path.ts';
import { WatchTable, type TreeEvent } from './watch-table.ts';

export const INTRODUCTION: TreeEvent = { path: '@introduceDomain', isExact: true };
export const RELEASE: TreeEvent = { path: '@releaseDomain', isExact: true };

/** The whole state of xenstored, and the events for its watchers. */
export class Store {
  readonly tree = new NodeTree();
  readonly watches = new WatchTable();
  readonly domains: DomainTable;
  /** the domains that may get events of domains that come and go */
  readonly specialPermissions = new Map<string, AccessList>([
    [INTRODUCTION.path, DOM0_ONLY],
    [RELEASE.path, DOM0_ONLY],
  ]);

  constructor(domainExists: (domid: number) => boolean) {
    this.domains = new DomainTable(domainExists);
  }

  /** The node as it is to be judged and written: see `withStaleMarked`. */
  read(view: TreeView, path: string): StoreNode | undefined {
    const node = view.get(path);
    return node && this.withStaleMarked(node);
  }

  /** The node with those of its permissions marked that were given to domains which are gone. */
  withStaleMarked(node: StoreNode): StoreNode {
    const [owner, ...others] = node.permissions;
    const isStale = (entry: AccessEntry): boolean =>
      entry.isStale || (this.domains.get(entry.domid)?.generation ?? Infinity) > node.generation;
    if (others.every((entry) => entry.isStale === isStale(entry))) return node;
    const marked = others.map((entry) => ({ ...entry, isStale: isStale(entry) }));
    return { ...node, permissions: [owner, ...marked] };
  }

  /** Sends an event to all watchers of the path that may know. For a removed node, this is called before it is gone. */
  announce(event: TreeEvent): void {
    for (const watch of this.watches.concernedBy(event)) {
      if (this.#mayHear(watch.client.domid, event)) watch.client.sendEvent(watch, event.path);
    }
  }

  /** A domain that can read a node, or the one above it, gets the event; so does one that could read it before. */
  #mayHear(domid: number, { path, permissionsBefore }: TreeEvent): boolean {
    const canRead = (permissions: AccessList | undefined): boolean =>
      permissions !== undefined && (accessOf(domid, permissions) & READ) !== 0;
    if (path.startsWith('@')) return canRead(this.specialPermissions.get(path));
    if (canRead(permissionsBefore)) return true;
    const node = this.read(this.tree, path);
    if (node === undefined) return false;
    return canRead(node.permissions) || canRead(this.read(this.tree, parentOf(path))?.permissions);
  }
}
