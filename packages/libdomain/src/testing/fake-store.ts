import { abortError, VmToolsError, within } from '@vm-tools/errors';
import type { Permission, StoreAccess, Watch, Xenstore } from '@vm-tools/xenstore';
import type { Faults } from './faults.ts';

interface Node {
  readonly value: string;
  readonly permissions: readonly Permission[];
}

type Tree = Map<string, Node>;

const above = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
const isWithin = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`);

/** A xenstore in memory: a tree, transactions that notice other writers, watches, permissions that are kept but not enforced. */
export class FakeStore implements Xenstore {
  readonly introduced = new Map<number, { frame: bigint; port: number }>();
  readonly resumed: number[] = [];
  /** What the daemons and guests of the fake host do when something has changed; not counted as calls. */
  onChange: (path: string) => void = () => undefined;
  readonly #faults: Faults;
  readonly #watchers = new Set<(path: string) => void>();
  #tree: Tree = new Map([['/', { value: '', permissions: [{ domid: 0, access: 'none' }] }]]);
  #version = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** All of it, as `xenstore-ls -fp` would print it. */
  dump(): string[] {
    return [...this.#tree]
      .map(
        ([path, { value, permissions }]) =>
          `${path} = "${value}" (${permissions.map((p) => `${p.access}${p.domid}`).join(' ')})`,
      )
      .sort();
  }

  /** As somebody else than the code under test. */
  get others(): { read(path: string): string | undefined; write(path: string, value: string): void } {
    return {
      read: (path) => this.#tree.get(path)?.value,
      write: (path, value) => this.#commit([path], () => writeNode(this.#tree, path, value)),
    };
  }

  fire(path: string): void {
    for (const watcher of [...this.#watchers]) watcher(path);
    this.onChange(path);
  }

  read(path: string): ReturnType<StoreAccess['read']> {
    return this.#access(this.#tree).read(path);
  }
  directory(path: string): ReturnType<StoreAccess['directory']> {
    return this.#access(this.#tree).directory(path);
  }
  write(path: string, value: string): Promise<void> {
    return this.#access(this.#tree).write(path, value);
  }
  mkdir(path: string): Promise<void> {
    return this.#access(this.#tree).mkdir(path);
  }
  rm(path: string): Promise<void> {
    return this.#access(this.#tree).rm(path);
  }
  getPermissions(path: string): Promise<Permission[]> {
    return this.#access(this.#tree).getPermissions(path);
  }
  setPermissions(path: string, permissions: readonly Permission[]): Promise<void> {
    return this.#access(this.#tree).setPermissions(path, permissions);
  }

  async transaction<T>(body: (tx: StoreAccess) => Promise<T>): Promise<T> {
    for (;;) {
      this.#faults.call('store.transactionStart');
      const version = this.#version;
      const tree: Tree = new Map(this.#tree);
      const changed: string[] = [];
      const result = await body(this.#access(tree, changed));
      this.#faults.call('store.transactionEnd');
      if (version !== this.#version) continue;
      this.#commit(changed, () => (this.#tree = tree));
      return result;
    }
  }

  watch(path: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Watch {
    const pending = new Set([path]);
    let wake = Promise.withResolvers<undefined>();
    let isOver = false;
    const watcher = (changed: string): void => {
      if (!isWithin(changed, path) && !isWithin(path, changed)) return;
      pending.add(changed);
      wake.resolve(undefined);
    };
    const end = (): void => {
      isOver = true;
      this.#watchers.delete(watcher);
      wake.resolve(undefined);
    };
    this.#watchers.add(watcher);
    signal?.addEventListener('abort', end, { once: true });
    const watch: Watch = {
      next: async () => {
        this.#faults.call('store.watch');
        for (;;) {
          if (signal?.aborted) throw abortError(signal, `watching ${path}`);
          if (isOver) return { done: true, value: undefined };
          const [next] = pending;
          if (next !== undefined) {
            pending.delete(next);
            return { done: false, value: next };
          }
          await wake.promise;
          wake = Promise.withResolvers<undefined>();
        }
      },
      return: async () => {
        end();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => watch,
      [Symbol.asyncDispose]: async () => end(),
    };
    return watch;
  }

  async waitFor<T>(
    path: string,
    test: () => Promise<T | undefined>,
    options: Parameters<Xenstore['waitFor']>[2],
  ): Promise<T> {
    const watch = this.watch(path, { signal: options.signal });
    const search = async (): Promise<T> => {
      while (!(await watch.next()).done) {
        const found = await test();
        if (found !== undefined) return found;
      }
      return undefined as T;
    };
    try {
      const late = {
        code: 'XENSTORE_TIMEOUT',
        message: `waited ${options.timeoutMs} ms for ${options.what}`,
      };
      return await within(search(), options.timeoutMs, late, options.signal);
    } finally {
      await watch.return();
    }
  }

  async introduceDomain(domid: number, frame: bigint, port: number): Promise<void> {
    this.#faults.call('store.introduceDomain');
    this.introduced.set(domid, { frame, port });
    this.fire('@introduceDomain');
  }
  async releaseDomain(domid: number): Promise<void> {
    this.#faults.call('store.releaseDomain');
    this.introduced.delete(domid);
    this.fire('@releaseDomain');
  }
  async resumeDomain(domid: number): Promise<void> {
    this.#faults.call('store.resumeDomain');
    this.resumed.push(domid);
  }
  async isDomainIntroduced(domid: number): Promise<boolean> {
    return this.introduced.has(domid);
  }
  async close(): Promise<void> {}

  #commit(changed: readonly string[], change: () => void): void {
    change();
    this.#version++;
    for (const path of changed) this.fire(path);
  }

  #access(tree: Tree, collected?: string[]): StoreAccess {
    const changes = (path: string, change: () => void): void => {
      if (collected === undefined) {
        this.#commit([path], change);
      } else {
        collected.push(path);
        change();
      }
    };
    const faults = this.#faults;
    return {
      read: async (path) => {
        faults.call(`store.read ${path}`);
        return tree.get(path)?.value;
      },
      directory: async (path) => {
        faults.call(`store.directory ${path}`);
        if (!tree.has(path)) return undefined;
        return [...tree.keys()]
          .filter((child) => child !== '/' && above(child) === path)
          .map((child) => child.slice(child.lastIndexOf('/') + 1));
      },
      write: async (path, value) => {
        faults.call(`store.write ${path}`);
        changes(path, () => writeNode(tree, path, value));
      },
      mkdir: async (path) => {
        faults.call(`store.mkdir ${path}`);
        if (!tree.has(path)) changes(path, () => writeNode(tree, path, ''));
      },
      rm: async (path) => {
        faults.call(`store.rm ${path}`);
        if (tree.has(path))
          changes(path, () =>
            [...tree.keys()].filter((child) => isWithin(child, path)).forEach((child) => tree.delete(child)),
          );
      },
      getPermissions: async (path) => [...(tree.get(path)?.permissions ?? [])],
      setPermissions: async (path, permissions) => {
        faults.call(`store.setPermissions ${path}`);
        const node = tree.get(path);
        if (node === undefined)
          throw new VmToolsError({ code: 'XENSTORE_ENOENT', message: `${path} is not there` });
        changes(path, () => tree.set(path, { ...node, permissions }));
      },
    };
  }
}

/** xenstored makes what is missing above a node, and gives new nodes the permissions of what is above them. */
function writeNode(tree: Tree, path: string, value: string): void {
  const parent = above(path);
  if (path !== '/' && !tree.has(parent)) writeNode(tree, parent, '');
  const permissions = tree.get(path)?.permissions ?? tree.get(parent)?.permissions ?? [];
  tree.set(path, { value, permissions });
}
