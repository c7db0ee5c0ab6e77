import { withoutDomain } from '../tree/access-list.ts';
import { Refusal } from '../tree/refusal.ts';
import { removeNode } from '../tree/remove-node.ts';
import { INTRODUCTION, RELEASE, type Store } from '../tree/store.ts';
import { resetClient } from './watch-requests.ts';

/**
 * From now on the domain may connect. One that had been introduced before begins anew.
 * @throws Refusal EINVAL when no such domain exists
 */
export function introduceDomain(store: Store, domid: number): void {
  const domain = store.domains.know(domid, store.tree.nextGeneration);
  if (domain === undefined) throw new Refusal('EINVAL');
  if (!domain.isIntroduced) {
    domain.isIntroduced = true;
    domain.hasShutDown = false;
    store.announce(INTRODUCTION);
  }
  // dom0's clients are sockets, which have nothing to do with its ring.
  if (domid !== 0) for (const client of domain.clients) resetClient(store, client);
}

/** Forgets a domain that is dying or gone, with its connections and all nodes that it owned. */
export function releaseDomain(store: Store, domid: number): void {
  const domain = store.domains.get(domid);
  if (domain === undefined || domid === 0) return;
  for (const client of domain.clients) {
    resetClient(store, client);
    client.close();
  }
  // First of all, so that no node which is rewritten below keeps permissions that the next of this domid would have.
  store.domains.forget(domid);
  // In this order a node is before all that is below it, which goes with it, whichever domain owns it.
  for (const path of [...store.tree.ownedBy(domid)].sort()) {
    const node = store.tree.get(path);
    if (node === undefined) continue;
    if (path === '/') store.tree.set(path, { ...node, permissions: withoutDomain(node.permissions, domid) });
    else removeNode(store, store.tree, path, (event) => store.announce(event));
  }
  for (const [path, permissions] of store.specialPermissions) {
    store.specialPermissions.set(path, withoutDomain(permissions, domid));
  }
  if (domain.isIntroduced) store.announce(RELEASE);
}

/** Tells once that a domain has shut down, until it has been resumed. */
export function noticeShutdown(store: Store, domid: number): void {
  const domain = store.domains.introduced(domid);
  if (domain === undefined || domain.hasShutDown) return;
  domain.hasShutDown = true;
  store.announce(RELEASE);
}
