import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VmToolsError, within } from '@vm-tools/errors';
import { paced, sliceBytes, type Limiter } from '@vm-tools/ratelimit';
import { counted } from '../image/counted.ts';
import type { Connection } from '../protocol/connection.ts';
import { printable } from '../protocol/printable.ts';
import { PullReader } from '../protocol/pull-reader.ts';
import type { TransferTimeouts } from '../protocol/timeouts.ts';

const LARGEST_PIECE = 2 ** 20;

/** How an image passes. */
interface ImagePassage {
  readonly limiter: Limiter;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/**
 * A connection at whose other end xl is. Its protocol has neither versions nor errors: an end that fails hangs up, and
 * its reason stands in what it writes to its stderr, which ssh brings along.
 */
export class XlLink {
  readonly peer: string;
  readonly #connection: Connection;
  readonly #reader: PullReader;
  readonly #answerMs: number;

  constructor(connection: Connection, { answerMs }: Pick<TransferTimeouts, 'answerMs'>) {
    this.peer = connection.peer;
    this.#connection = connection;
    this.#reader = new PullReader(connection.stream, connection.peer);
    this.#answerMs = answerMs;
    connection.stream.on('error', () => undefined); // whoever reads or writes is told
  }

  /** What xl has said beside the protocol: its stderr, the last lines. */
  get lastWords(): readonly string[] {
    return this.#connection.lastWords?.() ?? [];
  }

  /**
   * Reads what must come now.
   *
   * @throws VmToolsError XFR_PROTOCOL (peer): it says something else; XFR_XL_HUNG_UP (peer): it hangs up
   */
  async hear(text: string, what: string): Promise<void> {
    const wanted = Buffer.from(text);
    // Byte by byte: what is not it may be shorter, and no more would come.
    for (const [index, byte] of wanted.entries()) {
      const [got] = await this.#read(1, what);
      if (got !== byte) throw this.#otherWords(Buffer.from([...wanted.subarray(0, index), got ?? 0]), what);
    }
  }

  /** One byte: the status of a report. */
  async hearStatus(): Promise<number> {
    return (await this.#read(1, 'the status of the start')).readUInt8();
  }

  /** The same within the time that an answer may take. @throws VmToolsError XFR_PEER_SILENT (timeout) */
  inTime<T>(heard: Promise<T>, what: string, signal?: AbortSignal): Promise<T> {
    return within(heard, this.#answerMs, this.#silence(what), signal);
  }

  /** Resolves when it is on its way. */
  async say(text: string | Uint8Array): Promise<void> {
    await this.#write(Buffer.from(text), 'a word of ours');
  }

  /** Passes an image on at the pace of the limiter and of the peer; the connection stays open behind it. */
  send(image: NodeJS.ReadableStream, { limiter, signal, onBytes }: ImagePassage): Promise<void> {
    const into = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#write(chunk, 'the image', signal).then(() => done(), done);
      },
    });
    return pipeline(image, paced(limiter, { signal }), counted(onBytes), into, { signal });
  }

  /**
   * The image, as it comes. No byte is taken that its reader does not ask for: what follows the image is not part of it,
   * and only the reader knows where that begins.
   */
  image({ limiter, signal, onBytes }: ImagePassage): Readable {
    const next = async (): Promise<Buffer> => {
      const some = this.#some(Math.min(sliceBytes(limiter), LARGEST_PIECE), 'the end of the image');
      const piece = await this.inTime(some, 'the image', signal);
      await limiter.take(piece.length, signal);
      onBytes(piece.length);
      return piece;
    };
    return new Readable({
      highWaterMark: 0,
      read() {
        next().then(
          (piece) => this.push(piece),
          (thrown: unknown) => this.destroy(thrown as Error),
        );
      },
    });
  }

  /** Hangs up: xl takes that for the end of its peer, and removes what it has of the guest. */
  abort(): void {
    this.#connection.stream.destroy();
  }

  /** Ends the connection; what was said before still arrives. */
  close(): void {
    this.#reader.discard();
    this.#connection.stream.end();
  }

  async #read(length: number, what: string): Promise<Buffer> {
    try {
      return await this.#reader.readExactly(length, what);
    } catch (thrown) {
      throw this.#gone(what, thrown);
    }
  }

  async #some(most: number, what: string): Promise<Buffer> {
    try {
      return await this.#reader.readSome(most, what);
    } catch (thrown) {
      throw this.#gone(what, thrown);
    }
  }

  #write(bytes: Buffer, what: string, signal?: AbortSignal): Promise<void> {
    const { stream } = this.#connection;
    const written = new Promise<void>((resolve, reject) => {
      stream.write(bytes, (error) => (error ? reject(this.#gone(what, error)) : resolve()));
    });
    return within(written, this.#answerMs, this.#silence(what), signal);
  }

  #gone(what: string, cause: unknown): VmToolsError {
    const log = this.lastWords;
    const last = log.at(-1);
    return new VmToolsError({
      code: 'XFR_XL_HUNG_UP',
      kind: 'peer',
      message: `xl on ${this.peer} hung up before ${what}${last === undefined ? '' : `: ${last}`}`,
      hint: `see what xl says there, and /var/log/xen on ${this.peer}`,
      cause,
      log,
    });
  }

  #silence(what: string): { code: string; message: string; hint: string } {
    return {
      code: 'XFR_PEER_SILENT',
      message: `xl on ${this.peer} did nothing for ${this.#answerMs / 1000} s when ${what} was its turn`,
      hint: `see whether ${this.peer} is up and what xl does there`,
    };
  }

  #otherWords(got: Buffer, what: string): VmToolsError {
    return new VmToolsError({
      code: 'XFR_PROTOCOL',
      kind: 'peer',
      message: `${this.peer} does not speak as xl does: ${what} was awaited, and it said ${JSON.stringify(printable(got.toString('latin1')))}`,
      hint: 'see that the other end is xl migrate-receive, or xl migrate, and that no profile of a shell prints anything there',
      details: { peer: this.peer },
    });
  }
}
