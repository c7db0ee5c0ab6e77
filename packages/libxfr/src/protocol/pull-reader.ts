import type { Readable } from 'node:stream';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { bytesIn } from './pieces.ts';

/** A peer that sends byte by byte makes a chunk of each, and a chunk takes a hundred times its byte. */
const CRUMBS = 64;
const CRUMB_BYTES = 512;

/**
 * Reads exact numbers of bytes from a stream, on demand: bytes that no call asks for stay in the stream's buffer, so
 * the peer is slowed down by our reader and never by the amount of our memory. One reader at a time.
 */
export class PullReader {
  readonly #stream: Readable;
  readonly #peer: string;
  #offset = 0;
  /** of the last chunk, what was more than asked for */
  #rest: Buffer = Buffer.alloc(0);
  #error: Error | undefined;
  #isDiscarding = false;
  #wake: () => void = () => undefined;

  constructor(stream: Readable, peer: string) {
    this.#stream = stream;
    this.#peer = peer;
    const onChange = (): void => {
      if (this.#isDiscarding) while (stream.read() !== null);
      this.#wake();
    };
    stream.on('readable', onChange).on('end', onChange).on('close', onChange);
    stream.on('error', (error) => {
      this.#error = error;
      onChange();
    });
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** @throws VmToolsError XFR_CONNECTION_LOST of kind peer when the stream ends or breaks before `length` bytes */
  async readExactly(length: number, what: string): Promise<Buffer> {
    const pieces = await this.readPieces(length, what);
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /**
   * The same in the pieces in which it came. An image is read by the gigabyte: not to copy it saves less time than
   * memory, because the garbage of copies is outside V8's heap and stays for long.
   */
  async readPieces(length: number, what: string): Promise<readonly Buffer[]> {
    const pieces: Buffer[] = [];
    let joined = 0; // pieces before this one are no crumbs any more
    for (let missing = length; missing > 0;) {
      const chunk = this.#rest.length > 0 ? this.#rest : await this.#chunk(what);
      const piece = chunk.subarray(0, missing);
      this.#rest = chunk.subarray(piece.length);
      missing -= piece.length;
      pieces.push(piece);
      if (pieces.length - joined === CRUMBS) {
        const crumbs = pieces.splice(joined);
        pieces.push(...(bytesIn(crumbs) < CRUMBS * CRUMB_BYTES ? [Buffer.concat(crumbs)] : crumbs));
        joined = pieces.length;
      }
    }
    this.#offset += length;
    return pieces;
  }

  /** What has come by now, at most `most` bytes; waits until there is something. */
  async readSome(most: number, what: string): Promise<Buffer> {
    const chunk = this.#rest.length > 0 ? this.#rest : await this.#chunk(what);
    const piece = chunk.subarray(0, most);
    this.#rest = chunk.subarray(piece.length);
    this.#offset += piece.length;
    return piece;
  }

  async #chunk(what: string): Promise<Buffer> {
    while (!this.#isDiscarding) {
      const chunk = this.#stream.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#stream.destroyed || this.#stream.readableEnded || this.#error !== undefined) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    throw connectionLost(this.#peer, `while ${what} was awaited`, this.#error);
  }

  /** From now on whatever comes is thrown away; a pending read is given up. */
  discard(): void {
    this.#isDiscarding = true;
    while (this.#stream.read() !== null);
    this.#wake();
  }
}

export function connectionLost(peer: string, when: string, cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XFR_CONNECTION_LOST',
    kind: 'peer',
    retry: 'safe',
    message:
      cause === undefined
        ? `${peer} closed the connection ${when}`
        : `the connection to ${peer} was lost ${when}: ${messageOf(cause)}`,
    hint: `see whether ${peer} is up and what its log says`,
    cause,
    details: { peer },
  });
}
