import { MAX_PAYLOAD_BYTES } from '../message.ts';
import { nulTerminated } from '../strings.ts';
import type { NodeContent, StoreNode, TreeView } from './node-tree.ts';

/** What a request is refused with: the name of an errno. */
export class Refusal extends Error {
  readonly errno: string;

  constructor(errno: string) {
    super(errno);
    this.errno = errno;
  }
}

/** A change that watches hear of. */
export interface TreeEvent {
  readonly path: string;
  /** Only watches on the very path hear of it: nodes that went along with one above them. */
  readonly isExact: boolean;
}

const LONGEST_PATH = 2048;

export function checkPath(path: string): void {
  // A guest's own folder is not counted: to the guest, what is behind it is the path.
  const counted = path.replace(/^\/local\/domain\/\d{1,5}\//, '');
  if (!/^(\/|(\/[\w@-]+)+)$/.test(path) || counted.length > LONGEST_PATH) throw new Refusal('EINVAL');
}

/**
 * A missing node makes xenstored look at those above it, for the permission to know that it is missing. So they are
 * among what a transaction has read.
 */
function find(view: TreeView, path: string): StoreNode | undefined {
  const node = view.get(path);
  if (node === undefined && path !== '/') find(view, parentOf(path));
  return node;
}

function existing(view: TreeView, path: string): StoreNode {
  checkPath(path);
  const node = find(view, path);
  if (node === undefined) throw new Refusal('ENOENT');
  return node;
}

export function read(view: TreeView, path: string): Buffer {
  return existing(view, path).value;
}

export function directory(view: TreeView, path: string): Buffer {
  const names = Buffer.concat(existing(view, path).children.map(nulTerminated));
  if (names.length > MAX_PAYLOAD_BYTES) throw new Refusal('E2BIG');
  return names;
}

/** The generation, then as many whole names from the offset on as fit, then one more NUL if that was all. */
export function directoryPart(view: TreeView, path: string, offset: number): Buffer {
  const node = existing(view, path);
  const names = Buffer.concat(node.children.map(nulTerminated));
  const generation = nulTerminated(node.generation);
  const rest = names.subarray(offset);
  const room = MAX_PAYLOAD_BYTES - generation.length - 1;
  if (rest.length <= room) return Buffer.concat([generation, rest, nulTerminated('')]);
  return Buffer.concat([generation, rest.subarray(0, rest.lastIndexOf(0, room - 1) + 1)]);
}

export function getPermissions(view: TreeView, path: string): Buffer {
  return Buffer.concat(existing(view, path).permissions.map(nulTerminated));
}

export function setPermissions(view: TreeView, path: string, permissions: readonly string[]): TreeEvent[] {
  const areValid = permissions.length > 0 && permissions.every((text) => /^[nrwb]\d+$/.test(text));
  if (!areValid) throw new Refusal('EINVAL');
  const node = existing(view, path);
  view.set(path, { ...node, permissions });
  return [{ path, isExact: false }];
}

export function write(view: TreeView, path: string, value: Buffer): TreeEvent[] {
  checkPath(path);
  view.set(path, { ...(view.get(path) ?? createNode(view, path)), value });
  return [{ path, isExact: false }];
}

export function mkdir(view: TreeView, path: string): TreeEvent[] {
  checkPath(path);
  if (view.get(path) !== undefined) return [];
  createNode(view, path);
  return [{ path, isExact: false }];
}

export function rm(view: TreeView, path: string): TreeEvent[] {
  checkPath(path);
  if (path === '/') throw new Refusal('EINVAL');
  const node = find(view, path);
  const parent = parentOf(path);
  const parentNode = view.get(parent);
  if (parentNode === undefined) throw new Refusal(node === undefined ? 'ENOENT' : 'EINVAL');
  if (node === undefined) return [];
  // In a transaction, the parent may have been read before somebody else made the node.
  if (!parentNode.children.includes(nameOf(path))) throw new Refusal('EIO');
  const events = removeTree(view, path, true);
  view.set(parent, { ...parentNode, children: parentNode.children.filter((name) => name !== nameOf(path)) });
  return events;
}

function removeTree(view: TreeView, path: string, isTop: boolean): TreeEvent[] {
  const names = view.get(path)?.children ?? [];
  const events = names.flatMap((name) => removeTree(view, `${path}/${name}`, false));
  view.set(path, undefined);
  return [...events, { path, isExact: !isTop }];
}

/** Makes the node and those above it; a new node has the permissions of its parent. */
function createNode(view: TreeView, path: string): NodeContent {
  const parent = parentOf(path);
  const parentNode = view.get(parent) ?? createNode(view, parent);
  view.set(parent, { ...parentNode, children: [...parentNode.children, nameOf(path)] });
  const node = { value: Buffer.alloc(0), permissions: parentNode.permissions, children: [] };
  view.set(path, node);
  return node;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
