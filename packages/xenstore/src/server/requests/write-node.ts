import type { AccessList } from '../tree/access-list.ts';
import type { NodeContent } from '../tree/node-tree.ts';
import { nameOf, parentOf } from '../tree/path.ts';
import { nodeBytes, QUOTA } from '../tree/quota.ts';
import { Refusal } from '../tree/refusal.ts';
import type { Asker } from './asker.ts';

/**
 * Writes one node, or several: all or none.
 * @throws Refusal ENOSPC when a guest makes one too long
 */
export function writeNodes(asker: Asker, nodes: readonly (readonly [path: string, NodeContent])[]): void {
  if (asker.isGuest && nodes.some(([, content]) => nodeBytes(content) >= QUOTA.nodeBytes)) {
    asker.transaction?.view.fail();
    throw new Refusal('ENOSPC');
  }
  for (const [path, content] of nodes) asker.view.set(path, content);
}

/**
 * Makes a node and those above it that are missing. They have the permissions of the node below which they are; what
 * a guest makes it owns.
 *
 * @throws Refusal ENOSPC
 */
export function createNode(asker: Asker, path: string, value: string): void {
  const { store, view, domid } = asker;
  const missing = [path];
  let above = parentOf(path);
  let parent = store.read(view, above);
  while (parent === undefined) {
    missing.push(above);
    above = parentOf(above);
    parent = store.read(view, above);
  }
  if (asker.isGuest) checkNodeQuota(asker, missing.length);
  const permissions = asker.isGuest ? ownedBy(domid, parent.permissions) : parent.permissions;
  const created = missing.map((at, index) => {
    const below = missing[index - 1];
    const children = below === undefined ? [] : [nameOf(below)];
    return [at, { value: at === path ? value : '', permissions, children }] as const;
  });
  const top = missing.at(-1) ?? path;
  writeNodes(asker, [...created, [above, { ...parent, children: [...parent.children, nameOf(top)] }]]);
}

/** Within a transaction its own nodes are not counted yet: that is done when it is committed. */
function checkNodeQuota({ store, domid, transaction }: Asker, more: number): void {
  const nodes = store.tree.ownedBy(domid).size + (transaction === undefined ? more - 1 : 0);
  if (nodes >= QUOTA.nodes) throw new Refusal('ENOSPC');
}

function ownedBy(domid: number, [owner, ...others]: AccessList): AccessList {
  return [{ ...owner, domid }, ...others];
}
