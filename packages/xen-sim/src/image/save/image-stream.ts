import { Readable } from 'node:stream';
import type { ErrnoName } from '../../machine/strerror.ts';

/** Bytes that may wait for their reader. */
const HIGH_WATER_MARK = 256 * 1024;

/** The end into which a save writes. */
export interface ImageOutput {
  /** Waits until it takes more. @returns why it does not any more */
  send(bytes: Uint8Array): Promise<ErrnoName | undefined>;
  /** Nothing gets through any more, as if the reader had gone. */
  cut(): void;
}

/** The bytes that a save writes, as its reader sees them: it ends only when the save is complete. */
export class ImageStream extends Readable implements ImageOutput {
  #wake: () => void = () => undefined;
  #isCut = false;

  constructor() {
    super({ highWaterMark: HIGH_WATER_MARK });
    // A caller that awaits only the save need not listen here as well to be safe from an uncaught 'error'.
    this.on('error', () => undefined);
  }

  async send(bytes: Uint8Array): Promise<ErrnoName | undefined> {
    if (this.#isOpen && !this.push(bytes)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#isOpen ? undefined : 'EPIPE';
  }

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
