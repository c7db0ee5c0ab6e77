import type { NodeContent } from './node-tree.ts';

/**
 * The quota of a guest, as in the C xenstored of Xen 4.17; dom0 may use everything. Watches and transactions are
 * compared by ">" there, so that a guest gets one more of them than these numbers say.
 */
export const QUOTA = {
  /** nodes that a domain owns, wherever they are */
  nodes: 1000,
  /** of one node, with its header, permissions and names of children; a node must stay below it */
  nodeBytes: 2048,
  permissions: 5,
  watches: 128,
  transactions: 10,
  /** nodes that a transaction has read or written */
  nodesPerTransaction: 1024,
  /** for dom0 too; of a path, not counting /local/domain/N/ */
  pathBytes: 2048,
  /** of events and replies that it has not fetched; events beyond this are lost */
  unsentBytes: 2.5 * 2 ** 20,
} as const;

const HEADER_BYTES = 24;
const PERMISSION_BYTES = 8;

/** The size of the node in the database of the C xenstored. */
export function nodeBytes({ value, permissions, children }: NodeContent): number {
  const names = children.reduce((sum, name) => sum + name.length + 1, 0);
  return HEADER_BYTES + permissions.length * PERMISSION_BYTES + value.length + names;
}
