import { createHash } from 'node:crypto';
import { ZEROS } from './zero-spans.ts';

/**
 * By what both ends see that the image has arrived as it was sent. A run of zeros counts by its place and its length:
 * to hash what most of most guests consists of took more time than all else that is done for it.
 */
export class ImageDigest {
  readonly #hash = createHash('blake2b512');
  readonly #hashesZeros: boolean;
  #bytes = 0;
  #zeros = 0;

  /** @param options.hashesZeros like any other bytes, as a peer before version 4 of the protocol does */
  constructor({ hashesZeros }: { readonly hashesZeros: boolean }) {
    this.#hashesZeros = hashesZeros;
  }

  /** of the whole image up to now, zeros or not */
  get bytes(): number {
    return this.#bytes;
  }

  add(piece: Buffer): void {
    this.#endZeros();
    this.#hash.update(piece);
    this.#bytes += piece.length;
  }

  /** Runs that follow each other are one, however they were divided on their way. */
  addZeros(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#hashesZeros) this.#zeros += bytes;
    else for (let left = bytes; left > 0; left -= ZEROS.length) this.#hash.update(ZEROS.subarray(0, left));
  }

  /** 128 hexadecimal digits; the last thing to ask for */
  hex(): string {
    this.#endZeros();
    return this.#hash.digest('hex');
  }

  #endZeros(): void {
    if (this.#zeros === 0) return;
    const run = Buffer.alloc(16);
    run.writeBigUInt64BE(BigInt(this.#bytes - this.#zeros), 0);
    run.writeBigUInt64BE(BigInt(this.#zeros), 8);
    this.#hash.update(run);
    this.#zeros = 0;
  }
}
