import { Readable } from 'node:stream';

/** Bytes that may wait for their reader. */
const HIGH_WATER_MARK = 256 * 1024;

/** The bytes that a save writes, as its reader sees them: it ends only when the save is complete. */
export class ImageStream extends Readable {
  #wake: () => void = () => undefined;
  #isCut = false;

  constructor() {
    super({ highWaterMark: HIGH_WATER_MARK });
    // A caller that awaits only the save need not listen here as well to be safe from an uncaught 'error'.
    this.on('error', () => undefined);
  }

  /** Waits until the reader wants more. @returns whether there still is a reader */
  async send(bytes: Uint8Array): Promise<boolean> {
    if (this.#isOpen && !this.push(bytes)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#isOpen;
  }

  /** Nothing gets through any more, as if the reader had gone. */
  cut(): void {
    this.#isCut = true;
    this.#wake();
  }

  get #isOpen(): boolean {
    return !this.destroyed && !this.#isCut;
  }

  override _read(): void {
    this.#wake();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#wake();
    callback(error);
  }
}
