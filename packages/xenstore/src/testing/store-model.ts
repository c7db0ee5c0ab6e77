interface ModelEntry {
  readonly domid: number;
  readonly access: string;
  isStale: boolean;
}

interface ModelNode {
  value: string;
  permissions: ModelEntry[];
}

/**
 * xenstore as one would explain it, without a thought for cost: to compare the server with. It knows no transactions
 * and no quotas. Answers are "OK", a value, names with spaces between them, or the name of an errno.
 */
export class StoreModel {
  readonly #nodes = new Map<string, ModelNode>();

  constructor() {
    for (const path of ['/', '/tool', '/tool/xenstored']) {
      this.#nodes.set(path, { value: '', permissions: [{ domid: 0, access: 'n', isStale: false }] });
    }
  }

  read(domid: number, path: string): string {
    return this.#refusal(domid, path, 'r') ?? this.#nodes.get(path)?.value ?? '';
  }

  directory(domid: number, path: string): string {
    const names = [...this.#nodes.keys()].filter((at) => at !== '/' && parentOf(at) === path);
    return this.#refusal(domid, path, 'r') ?? names.map((at) => at.slice(at.lastIndexOf('/') + 1)).join(' ');
  }

  getPermissions(domid: number, path: string): string {
    const permissions = this.#nodes.get(path)?.permissions ?? [];
    const words = permissions.map((entry) => `${entry.access}${entry.domid}`);
    return this.#refusal(domid, path, 'r') ?? words.join(' ');
  }

  write(domid: number, path: string, value: string): string {
    const refusal = this.#refusal(domid, path, 'w');
    if (refusal !== undefined && refusal !== 'ENOENT') return refusal;
    this.#create(domid, path).value = value;
    return 'OK';
  }

  mkdir(domid: number, path: string): string {
    const refusal = this.#refusal(domid, path, 'w');
    if (refusal !== undefined && refusal !== 'ENOENT') return refusal;
    this.#create(domid, path);
    return 'OK';
  }

  rm(domid: number, path: string): string {
    const refusal = this.#refusal(domid, path, 'w');
    if (refusal === 'ENOENT' && this.#nodes.has(parentOf(path))) return 'OK';
    if (refusal !== undefined) return refusal;
    if (path === '/') return 'EINVAL';
    this.#remove(path);
    return 'OK';
  }

  setPermissions(domid: number, path: string, words: readonly string[]): string {
    const refusal = this.#refusal(domid, path, 'o');
    const node = this.#nodes.get(path);
    if (refusal !== undefined || node === undefined) return refusal ?? '';
    const permissions = words.map((word) => ({ domid: Number(word.slice(1)), access: word.charAt(0), isStale: false })); // prettier-ignore
    if (domid !== 0 && permissions[0]?.domid !== node.permissions[0]?.domid) return 'EPERM';
    node.permissions = permissions;
    return 'OK';
  }

  /** The domain has gone, and another has come by the same domid. */
  replaceDomain(domid: number): void {
    for (const [path, { permissions }] of [...this.#nodes]) {
      if (permissions[0]?.domid === domid) this.#remove(path);
    }
    for (const { permissions } of this.#nodes.values()) {
      for (const entry of permissions) entry.isStale ||= entry.domid === domid;
    }
  }

  has(path: string): boolean {
    return this.#nodes.has(path);
  }

  /** A domain that can read a node, or the one above it, gets its events. */
  canHear(domid: number, path: string): boolean {
    return this.has(path) && (this.#may(domid, path, 'r') || this.#may(domid, parentOf(path), 'r'));
  }

  dump(): string[] {
    const paths = [...this.#nodes.keys()].filter((path) => path !== '/');
    return paths.map((path) => `${path} = "${this.read(0, path)}"   (${this.getPermissions(0, path).replaceAll(' ', ',')})`); // prettier-ignore
  }

  #refusal(domid: number, path: string, right: string): string | undefined {
    if (this.#may(domid, path, right)) return undefined;
    let above = parentOf(path);
    while (!this.#nodes.has(above)) above = parentOf(above);
    // A domain that wants to own a node learns of it by either right.
    const mayKnow = right === 'o' ? this.#may(domid, above, 'w') : this.#may(domid, above, right);
    return mayKnow && !this.#nodes.has(path) ? 'ENOENT' : 'EACCES';
  }

  #may(domid: number, path: string, right: string): boolean {
    const [owner, ...others] = this.#nodes.get(path)?.permissions ?? [];
    if (owner === undefined) return false;
    if (domid === 0 || domid === owner.domid) return true;
    const { access } = others.find((entry) => entry.domid === domid && !entry.isStale) ?? owner;
    return access === right || (access === 'b' && right !== 'o');
  }

  #create(domid: number, path: string): ModelNode {
    const known = this.#nodes.get(path);
    if (known !== undefined) return known;
    const { permissions } = this.#create(domid, parentOf(path));
    const node = { value: '', permissions: permissions.map((entry) => ({ ...entry })) };
    const [owner] = node.permissions;
    if (domid !== 0 && owner !== undefined) node.permissions[0] = { ...owner, domid };
    this.#nodes.set(path, node);
    return node;
  }

  #remove(path: string): void {
    for (const at of [...this.#nodes.keys()]) {
      if (at === path || at.startsWith(`${path}/`)) this.#nodes.delete(at);
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
