import { DOM0_ONLY, type AccessList } from './access-list.ts';

/** One node of the tree; never changed, only replaced. */
export interface StoreNode {
  /** bytes, one a character ("latin1"): a tenth of the memory that a Buffer takes */
  readonly value: string;
  readonly permissions: AccessList;
  /** names, oldest first */
  readonly children: readonly string[];
  /** new whenever the node, or the list of its children, is changed */
  readonly generation: number;
}

export type NodeContent = Omit<StoreNode, 'generation'>;

/** The tree that requests work on: the real one, or the view of one transaction. */
export interface TreeView {
  get(path: string): StoreNode | undefined;
  /** undefined removes the node */
  set(path: string, content: NodeContent | undefined): void;
}

export class NodeTree implements TreeView {
  readonly #nodes = new Map<string, StoreNode>();
  /** by domid; dom0's are not counted */
  readonly #owned = new Map<number, Set<string>>();
  #generation = 0;

  /** With the nodes that xenstored makes when it starts. */
  constructor() {
    const node = { value: '', permissions: DOM0_ONLY };
    this.set('/', { ...node, children: ['tool'] });
    this.set('/tool', { ...node, children: ['xenstored'] });
    this.set('/tool/xenstored', { ...node, children: [] });
  }

  /** The generation of the next change. */
  get nextGeneration(): number {
    return this.#generation + 1;
  }

  get(path: string): StoreNode | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, content: NodeContent | undefined): void {
    const before = this.#nodes.get(path)?.permissions[0].domid;
    const after = content?.permissions[0].domid;
    if (before !== after) this.#changeOwner(path, before, after);
    if (content === undefined) this.#nodes.delete(path);
    else this.#nodes.set(path, this.stamp(content));
  }

  stamp({ value, permissions, children }: NodeContent): StoreNode {
    this.#generation += 1;
    return { value, permissions, children, generation: this.#generation };
  }

  /** The nodes that this domain, which is not dom0, owns. */
  ownedBy(domid: number): ReadonlySet<string> {
    return this.#owned.get(domid) ?? new Set();
  }

  #changeOwner(path: string, before: number | undefined, after: number | undefined): void {
    if (before) {
      const paths = this.#owned.get(before);
      paths?.delete(path);
      if (paths?.size === 0) this.#owned.delete(before);
    }
    if (after) {
      const paths = this.#owned.get(after) ?? new Set();
      this.#owned.set(after, paths.add(path));
    }
  }
}
