/** One node of the tree. Its generation is new whenever it, or the list of its children, is changed. */
export interface StoreNode {
  readonly value: Buffer;
  /** as on the wire: "n0", "r5" */
  readonly permissions: readonly string[];
  readonly children: readonly string[];
  readonly generation: number;
}

export type NodeContent = Omit<StoreNode, 'generation'>;

/** What requests work on: the tree itself, or the tree as one transaction sees it. */
export interface TreeView {
  get(path: string): StoreNode | undefined;
  /** undefined removes the node */
  set(path: string, content: NodeContent | undefined): void;
}

export class NodeTree implements TreeView {
  readonly #nodes = new Map<string, StoreNode>();
  #generation = 0;

  constructor() {
    this.set('/', { value: Buffer.alloc(0), permissions: ['n0'], children: [] });
  }

  get(path: string): StoreNode | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, content: NodeContent | undefined): void {
    if (content === undefined) this.#nodes.delete(path);
    else this.#nodes.set(path, this.stamp(content));
  }

  stamp(content: NodeContent): StoreNode {
    this.#generation += 1;
    return { ...content, generation: this.#generation };
  }
}

/** Writes aside, and reads each node as it was when it first read it. */
export class TransactionView implements TreeView {
  readonly #tree: NodeTree;
  readonly #seen = new Map<string, StoreNode | undefined>();
  readonly #changes = new Map<string, StoreNode | undefined>();

  constructor(tree: NodeTree) {
    this.#tree = tree;
  }

  get(path: string): StoreNode | undefined {
    if (!this.#seen.has(path)) this.#seen.set(path, this.#tree.get(path));
    return this.#changes.has(path) ? this.#changes.get(path) : this.#seen.get(path);
  }

  set(path: string, content: NodeContent | undefined): void {
    this.get(path);
    this.#changes.set(path, content && this.#tree.stamp(content));
  }

  /** Whether this node was there before, or is there now. */
  knows(path: string): boolean {
    return this.#seen.get(path) !== undefined || this.#changes.get(path) !== undefined;
  }

  /** False, and nothing is written, when any node that was read or written has changed since. */
  commit(): boolean {
    for (const [path, node] of this.#seen) if (this.#tree.get(path) !== node) return false;
    for (const [path, node] of this.#changes) this.#tree.set(path, node);
    return true;
  }
}
