import type { TreeView } from './node-tree.ts';
import { childOf, nameOf, parentOf } from './path.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';
import type { TreeEvent } from './watch-table.ts';

/**
 * Removes a node with all below it, the deepest first. In a transaction, nodes that were read at different times may
 * not fit together any more; that is EIO.
 *
 * @throws Refusal EINVAL, EIO
 */
export function removeNode(
  store: Store,
  view: TreeView,
  path: string,
  announce: (event: TreeEvent) => void,
): void {
  const parent = parentOf(path);
  const parentNode = store.read(view, parent);
  if (parentNode === undefined) throw new Refusal('EINVAL');
  const removeTree = (at: string): void => {
    const node = view.get(at);
    if (node === undefined) throw new Refusal('EIO');
    for (const name of node.children) removeTree(childOf(at, name));
    announce({ path: at, isExact: at !== path });
    view.set(at, undefined);
  };
  removeTree(path);
  const index = parentNode.children.indexOf(nameOf(path));
  if (index < 0) throw new Refusal('EIO');
  view.set(parent, { ...parentNode, children: parentNode.children.toSpliced(index, 1) });
}
