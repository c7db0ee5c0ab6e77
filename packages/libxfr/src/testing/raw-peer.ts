import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { encodeHeader, type FrameName } from '../protocol/frame.ts';
import { encodePreamble, VERSIONS } from '../protocol/preamble.ts';

/** The bytes of one frame, with whatever payload. */
export function frame(name: FrameName, payload: unknown = {}): Buffer {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
  return Buffer.concat([encodeHeader({ name, length: bytes.length }), bytes]);
}

export const PREAMBLE = encodePreamble(VERSIONS);
/** Of a release that speaks no version of ours any more. */
export const LATER = encodePreamble({ oldest: VERSIONS.newest + 1, newest: VERSIONS.newest + 2 });

/** A peer without manners: sends what it is told, whatever comes back, and keeps what came. */
export class RawPeer {
  readonly #stream: Duplex;
  #received = Buffer.alloc(0);

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    stream.on('error', () => undefined);
    stream.on('end', () => stream.end());
  }

  say(...frames: readonly Buffer[]): this {
    for (const bytes of frames) this.#stream.write(bytes);
    return this;
  }

  /** Resolves when this text has come; rejects when the other end has closed before. */
  async heard(text: string): Promise<this> {
    const closed = once(this.#stream, 'close').then(() => Promise.reject(new Error('closed')));
    closed.catch(() => undefined);
    while (!this.#received.includes(text)) await Promise.race([once(this.#stream, 'data'), closed]);
    return this;
  }

  hangUp(): void {
    this.#stream.destroy();
  }
}
