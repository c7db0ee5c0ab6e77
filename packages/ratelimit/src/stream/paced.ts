import { Transform, type TransformCallback } from 'node:stream';
import { abortError } from '@vm-tools/errors';
import { sliceBytes, type Limiter } from '../limiter/limiter.ts';

/**
 * A stream that passes bytes on no faster than the limiter allows, and otherwise as they are. Chunks that are large
 * against the limiter's burst are sliced; while there is no limit they pass untouched and at once. Several streams
 * may share one limiter. Destroying the stream, or the signal, ends its waiting.
 */
export function paced(limiter: Limiter, options: { readonly signal?: AbortSignal } = {}): Transform {
  return new PacedTransform(limiter, options.signal);
}

class PacedTransform extends Transform {
  readonly #limiter: Limiter;
  readonly #destroyed = new AbortController();
  #onDemand: (() => void) | undefined;

  constructor(limiter: Limiter, signal: AbortSignal | undefined) {
    super();
    this.#limiter = limiter;
    if (signal === undefined) return;
    const onAbort = (): void => void this.destroy(abortError(signal, 'passing bytes at a limited rate'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true, signal: this.#destroyed.signal });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (this.#limiter.burst === Infinity) callback(null, chunk);
    else this.#passSlices(chunk).then(() => callback(), callback);
  }

  /**
   * A slice is paid for only when the reader wants it. If all slices of a large chunk were pushed regardless, a
   * reader that had been held up could afterwards take them from the buffer in one burst above the limit.
   */
  async #passSlices(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length;) {
      const slice = chunk.subarray(offset, offset + sliceBytes(this.#limiter));
      offset += slice.length;
      await this.#limiter.take(slice.length, this.#destroyed.signal);
      const wantsMore = this.push(slice);
      if (!wantsMore && offset < chunk.length) await this.#demand();
    }
  }

  #demand(): Promise<void> {
    return new Promise((resolve) => (this.#onDemand = resolve));
  }

  override _read(size: number): void {
    this.#onDemand?.();
    super._read(size);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#destroyed.abort(error);
    this.#onDemand?.();
    callback(error);
  }
}
