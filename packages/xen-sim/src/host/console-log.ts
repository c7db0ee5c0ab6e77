import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Beyond it the file becomes FILE.1, and what was that is gone. */
const LIMIT_BYTES = 2 ** 20;

/** A file that text is appended to, in order, without anybody waiting for it. */
export class ConsoleLog {
  readonly #path: string;
  #unwritten = '';
  #writing: Promise<void> | undefined;
  /** What the file has; unknown before the first write, and looked up but once, because guests speak all the time. */
  #bytes: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  append(text: string): void {
    this.#unwritten += text;
    this.#writing ??= this.#write()
      .catch(() => undefined) // a full disk is no reason for a guest to stand still
      .finally(() => (this.#writing = undefined));
  }

  /** Resolves when all is in the file. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    this.#bytes ??= await this.#open();
    while (this.#unwritten !== '') {
      const text = this.#unwritten;
      this.#unwritten = '';
      if (this.#bytes > LIMIT_BYTES) {
        await rename(this.#path, `${this.#path}.1`);
        this.#bytes = 0;
      }
      await appendFile(this.#path, text, { mode: 0o640 });
      this.#bytes += Buffer.byteLength(text);
    }
  }

  /** @returns how long the file is that an earlier domain of this name has left */
  async #open(): Promise<number> {
    await mkdir(dirname(this.#path), { recursive: true });
    return stat(this.#path).then(
      ({ size }) => size,
      () => 0,
    );
  }
}
