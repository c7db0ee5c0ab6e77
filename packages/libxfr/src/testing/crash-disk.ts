import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../journal/storage/disk.ts';

/** A file with its bytes, or a folder. */
interface Inode {
  readonly isFolder: boolean;
  bytes: Buffer;
  /** what of it is on the disk */
  synced: Buffer;
}

const folder = (): Inode => ({ isFolder: true, bytes: Buffer.alloc(0), synced: Buffer.alloc(0) });

/**
 * A file system that keeps its word and no more: at a crash everything is lost that was not synced, bytes as well as
 * names, and calls under way never return.
 */
export class CrashDisk implements Disk {
  #names = new Map<string, Inode>([['/', folder()]]);
  #synced = new Map(this.#names);
  #crashes = 0;

  /** The power goes, and comes back. */
  crash(): void {
    this.#crashes += 1;
    const isThere = (path: string): boolean =>
      path === '/' || (this.#synced.has(path) && isThere(dirname(path)));
    this.#names = new Map([...this.#synced].filter(([path]) => isThere(path)));
    this.#synced = new Map(this.#names);
    for (const inode of this.#names.values()) inode.bytes = inode.synced;
  }

  mkdir(path: string): Promise<string | undefined> {
    return this.#do(() => {
      let first: string | undefined;
      for (let missing = path; !this.#names.has(missing); missing = dirname(missing)) {
        this.#names.set(missing, folder());
        first = missing;
      }
      return first;
    });
  }

  open(path: string, flags: 'r' | 'a' | 'ax'): Promise<DiskFile> {
    return this.#do(() => {
      const there = this.#names.get(path);
      if (flags === 'ax' && there !== undefined) throw errno('EEXIST', path);
      if (flags !== 'ax' && there === undefined) throw errno('ENOENT', path);
      if (!this.#names.has(dirname(path))) throw errno('ENOENT', path);
      const inode = there ?? { ...folder(), isFolder: false };
      this.#names.set(path, inode);
      return this.#file(path, inode);
    });
  }

  readdir(path: string): Promise<string[]> {
    return this.#do(() => {
      if (!this.#names.has(path)) throw errno('ENOENT', path);
      return this.#in(this.#names, path).map((name) => name.slice(path.length + 1));
    });
  }

  rm(path: string): Promise<void> {
    return this.#do(() => void this.#names.delete(path));
  }

  #file(path: string, inode: Inode): DiskFile {
    const run = this.#do.bind(this);
    const sync = (): Promise<void> => run(() => (inode.isFolder ? this.#syncNames(path) : syncBytes(inode)));
    const close = (): Promise<void> => run(() => undefined);
    return {
      appendFile: (bytes) => run(() => void (inode.bytes = Buffer.concat([inode.bytes, bytes]))),
      truncate: (length) => run(() => void (inode.bytes = inode.bytes.subarray(0, length))),
      readFile: () => run(() => inode.bytes),
      stat: () => run(() => ({ size: inode.bytes.length })),
      ...{ sync, datasync: sync, close, [Symbol.asyncDispose]: close },
    };
  }

  #syncNames(path: string): void {
    for (const name of this.#in(this.#synced, path)) if (!this.#names.has(name)) this.#synced.delete(name);
    for (const name of this.#in(this.#names, path)) this.#synced.set(name, this.#names.get(name) as Inode);
  }

  #in(names: ReadonlyMap<string, unknown>, path: string): string[] {
    return [...names.keys()].filter((name) => name !== '/' && dirname(name) === path);
  }

  /** A call under way at a crash is not done, and never returns. */
  async #do<T>(run: () => T): Promise<T> {
    const crashes = this.#crashes;
    await Promise.resolve();
    if (crashes !== this.#crashes) return new Promise(() => undefined);
    return run();
  }
}

function syncBytes(inode: Inode): void {
  inode.synced = inode.bytes;
}

function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
