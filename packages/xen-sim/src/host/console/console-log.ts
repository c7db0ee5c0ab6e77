import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Beyond it the file becomes FILE.1, and what was that is gone. */
const LIMIT_BYTES = 2 ** 20;
const MODE = 0o640;

/** A file that text is appended to, in order, without a wait for it. It stays open: guests speak all the time. */
export class ConsoleLog {
  readonly #path: string;
  #unwritten = '';
  #writing: Promise<void> | undefined;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  append(text: string): void {
    this.#unwritten += text;
    this.#writing ??= this.#write()
      .catch(() => undefined) // a full disk is no reason for a guest to stand still
      .finally(() => (this.#writing = undefined));
  }

  /** Closes the file when all is in it. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(): Promise<void> {
    while (this.#unwritten !== '') {
      const text = this.#unwritten;
      this.#unwritten = '';
      this.#file ??= await this.#open();
      if (this.#bytes > LIMIT_BYTES) this.#file = await this.#turnOver(this.#file);
      const { bytesWritten } = await this.#file.write(text);
      this.#bytes += bytesWritten;
    }
  }

  /** An earlier domain of this name may have left one. */
  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, 'a', MODE);
    this.#bytes = (await file.stat()).size;
    return file;
  }

  async #turnOver(full: FileHandle): Promise<FileHandle> {
    this.#file = undefined;
    await full.close();
    await rename(this.#path, `${this.#path}.1`);
    return this.#open();
  }
}
