import { addAbortSignal, Readable } from 'node:stream';
import { VmToolsError } from '@vm-tools/errors';
import type { Limiter } from '@vm-tools/ratelimit';
import { outOfTurn, type Channel } from '../protocol/channel.ts';
import { protocolError } from '../protocol/frame.ts';
import { MAX_ZEROS, type Body } from '../protocol/messages.ts';
import { bytesIn } from '../protocol/pieces.ts';
import type { Attempt } from '../session/attempt.ts';
import type { ProgressReporter } from '../session/progress.ts';
import { Acks } from './acks.ts';
import { ImageDigest } from './digest.ts';
import { MinRateReader } from './min-rate.ts';
import { ZEROS } from './zero-spans.ts';

/** The receiver does not read further ahead: a peer that never ends its image would keep its place for ever. */
const MOST_BEHIND_BYTES = 2 * MAX_ZEROS;

/** An image as it comes: frames of DATA and ZEROS up to EOS, with the digest checked at the end. */
export class ReceivedImage {
  readonly #channel: Channel;
  readonly #pace: MinRateReader;
  readonly #progress: ProgressReporter;
  readonly #attempt: Attempt;
  readonly #limiter: Limiter | undefined;
  readonly #digest: ImageDigest;
  readonly #taken: Acks;
  #isComplete = false;
  /** Frames are taken one after the other, even with two readers: the stream ahead, and `finish`. */
  #taking: Promise<readonly Buffer[] | undefined> = Promise.resolve(undefined);

  constructor(
    channel: Channel,
    {
      progress,
      attempt,
      limiter,
      answerMs,
      memoryBytes,
    }: {
      readonly progress: ProgressReporter;
      readonly attempt: Attempt;
      readonly limiter?: Limiter | undefined;
      readonly answerMs: number;
      /** of the guest */
      readonly memoryBytes: number;
    },
  ) {
    this.#channel = channel;
    this.#pace = new MinRateReader(channel, answerMs, memoryBytes);
    this.#taken = new Acks(channel);
    this.#digest = new ImageDigest(channel);
    this.#progress = progress;
    this.#attempt = attempt;
    this.#limiter = limiter;
  }

  /** The bytes, as fast as the limiter lets them in from the network. It ends well only after EOS with the right digest. */
  stream(): Readable {
    return addAbortSignal(this.#attempt.signal, Readable.from(this.#chunks(), { objectMode: false }));
  }

  /** Memory has come that had not come before. */
  addNew(bytes: number): void {
    this.#pace.addNew(bytes);
  }

  /** Takes what a target that knows where its image ends has not read, and checks the digest. */
  async finish(): Promise<void> {
    let left = MOST_BEHIND_BYTES;
    for (let pieces = await this.#take(); pieces !== undefined; pieces = await this.#take()) {
      left -= bytesIn(pieces);
      if (left < 0) throw protocolError('the image goes on behind its end');
    }
  }

  async *#chunks(): AsyncGenerator<Buffer, void> {
    for (let pieces = await this.#take(); pieces !== undefined; pieces = await this.#take()) yield* pieces;
  }

  /** undefined after the last one */
  #take(): Promise<readonly Buffer[] | undefined> {
    this.#taking = this.#taking.then(() => this.#takeNext());
    return this.#taking;
  }

  async #takeNext(): Promise<readonly Buffer[] | undefined> {
    if (this.#isComplete) return undefined;
    this.#taken.set(this.#digest.bytes); // a reader that wants more has done with what came before
    try {
      const message = await this.#pace.next();
      if (message.name === 'DATA') {
        for (const piece of message.pieces) {
          this.#digest.add(piece);
          await this.#limiter?.take(piece.length, this.#attempt.signal);
          this.#progress.add(piece.length);
        }
        return message.pieces;
      }
      if (message.name === 'ZEROS') {
        const zeros = ZEROS.subarray(0, message.bytes);
        this.#digest.addZeros(zeros.length);
        this.#progress.add(0, zeros.length);
        return [zeros];
      }
      if (message.name !== 'EOS') throw outOfTurn(message.name, ['DATA', 'ZEROS', 'EOS']);
      this.#check(message.body);
      this.#progress.received(message.body);
    } catch (thrown) {
      throw this.#attempt.cause(thrown);
    }
    this.#isComplete = true;
    this.#taken.end();
    // The restore may go on for a while. Should the source give up meanwhile, there is no use in ending it.
    this.#channel.peek().catch((thrown: unknown) => this.#attempt.fail(thrown));
    return undefined;
  }

  #check({ blake2b512, bytes }: Body<'EOS'>): void {
    const received = { blake2b512: this.#digest.hex(), bytes: this.#digest.bytes };
    if (received.blake2b512 === blake2b512 && received.bytes === bytes) return;
    throw new VmToolsError({
      code: 'XFR_DIGEST',
      kind: 'corrupt',
      retry: 'safe',
      message: `the image was damaged on its way: ${received.bytes} of ${bytes} bytes came, with ${received.bytes === bytes ? 'another' : 'no matching'} digest`,
      hint: 'try again; if it happens again, look at the memory and the network cards of both hosts',
      details: { sent: { blake2b512, bytes }, received },
    });
  }
}
