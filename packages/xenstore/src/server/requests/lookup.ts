import { accessOf } from '../tree/access-list.ts';
import type { StoreNode } from '../tree/node-tree.ts';
import { checkPath, parentOf } from '../tree/path.ts';
import { Refusal } from '../tree/refusal.ts';
import type { Asker } from './asker.ts';

/**
 * The node, if this access to it is granted; undefined when it is missing. A client that may not do this to the nearest
 * node above gets EACCES in any case, so that it does not learn what there is.
 *
 * @param wanted bits of READ, WRITE and OWNER
 * @throws Refusal EINVAL, EACCES
 */
export function lookUp(asker: Asker, path: string, wanted: number): StoreNode | undefined {
  checkPath(path);
  const node = asker.store.read(asker.view, path);
  if (node !== undefined && (accessOf(asker.domid, node.permissions) & wanted) === wanted) return node;
  const above = nearestAbove(asker, path);
  if (node !== undefined || (accessOf(asker.domid, above.permissions) & wanted) === 0) {
    throw new Refusal('EACCES');
  }
  return undefined;
}

/** @throws Refusal EINVAL, EACCES, ENOENT */
export function lookUpExisting(asker: Asker, path: string, wanted: number): StoreNode {
  const node = lookUp(asker, path, wanted);
  if (node === undefined) throw new Refusal('ENOENT');
  return node;
}

/** Looked for even where nothing depends on it: all that was looked at is among what a transaction has read. */
function nearestAbove(asker: Asker, path: string): StoreNode {
  const parent = parentOf(path);
  return asker.store.read(asker.view, parent) ?? nearestAbove(asker, parent);
}
