// Plain JavaScript of the kind that every Node reads: it must run where nothing else of ours does.
/** The oldest major version that will do. */
export const FLOOR = 24;

/** Undefined, or one sentence on why this Node is too old. */
export function whyNotThisNode() {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= FLOOR) return undefined;
  return `vm-tools need Node ${FLOOR} or later, and ${process.execPath} is Node ${node}`;
}
