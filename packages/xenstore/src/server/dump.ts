import { formatAccessList } from './tree/access-list.ts';
import type { NodeTree } from './tree/node-tree.ts';
import { childOf } from './tree/path.ts';

/** The lines of `xenstore-ls -fp`: a parent before its children, and those in the order in which they were made. */
export function* dumpTree(tree: NodeTree, path = '/'): Generator<string, void> {
  for (const name of tree.get(path)?.children ?? []) {
    const child = childOf(path, name);
    const node = tree.get(child);
    if (node === undefined) continue;
    yield `${child} = "${printable(node.value)}"   (${formatAccessList(node.permissions).join(',')})`;
    yield* dumpTree(tree, child);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

/** As libxenstore's sanitise_value(): what is not printable ASCII is escaped, the lowest as octal, others as hex. */
function printable(bytes: string): string {
  return bytes.replace(/[^ -[\]-~]/g, (byte) => {
    const code = byte.charCodeAt(0);
    const number = code < 8 ? code.toString(8).padStart(3, '0') : `x${code.toString(16).padStart(2, '0')}`;
    return ESCAPES[byte] ?? `\\${number}`;
  });
}
