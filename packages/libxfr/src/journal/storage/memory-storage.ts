import type { JournalFile, JournalStorage } from './storage.ts';

/** Files that live as long as the process. */
export class MemoryStorage implements JournalStorage {
  readonly files = new Map<string, Buffer>();
  readonly locks = new Set<string>();

  async names(): Promise<readonly string[]> {
    return Promise.resolve([...this.files.keys()]);
  }

  async read(name: string): Promise<Buffer | undefined> {
    return Promise.resolve(this.files.get(name));
  }

  async create(name: string, bytes: Buffer): Promise<JournalFile> {
    if (this.files.has(name)) throw Object.assign(new Error(`${name} exists`), { code: 'EEXIST' });
    this.files.set(name, bytes);
    return this.open(name, bytes.length);
  }

  async open(name: string, length: number): Promise<JournalFile> {
    const { files } = this;
    const bytes = (): Buffer => files.get(name) ?? Buffer.alloc(0);
    const file: JournalFile = {
      append: async (more) => Promise.resolve(void files.set(name, Buffer.concat([bytes(), more]))),
      truncate: async (to) => Promise.resolve(void files.set(name, bytes().subarray(0, to))),
      close: async () => Promise.resolve(),
    };
    await file.truncate(length);
    return file;
  }

  async remove(name: string): Promise<void> {
    return Promise.resolve(void this.files.delete(name));
  }

  async lock(key: string): Promise<AsyncDisposable | undefined> {
    if (this.locks.has(key)) return Promise.resolve(undefined);
    this.locks.add(key);
    return Promise.resolve({
      [Symbol.asyncDispose]: async () => Promise.resolve(void this.locks.delete(key)),
    });
  }
}
