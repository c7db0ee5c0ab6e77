import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type { CheckedImage } from '@vm-tools/libdomain';
import { abortError, within, type VmToolsError } from '@vm-tools/errors';
import { notNow } from '../errors.ts';
import type { KeeperMessage } from '../messages.ts';
import type { KeptTransfer } from './kept-transfer.ts';
import { pump } from './pump.ts';

/** On the same machine: at once or never, unless hundreds are received and their processors are busy. */
const WORD_MS = 60_000;

type FeedMemory = CheckedImage['feed'];
type ImageSink = Parameters<FeedMemory>[0];

/** A restore for whose bytes the receiver has to be called. */
interface Feeding {
  readonly expecting: PromiseWithResolvers<undefined>;
  /** the receiver's last word about it */
  readonly word: PromiseWithResolvers<'fed' | 'unfed'>;
  readonly transfer: KeptTransfer;
}

/** The bytes of images on their way from the receiver to what restores them, by the number of its call. */
export class ImageFeeds {
  /** where the receiver takes the calls that fetch them */
  readonly #path: string;
  readonly #send: (message: KeeperMessage) => void;
  readonly #feeding = new Map<number, Feeding>();

  constructor(path: string, send: (message: KeeperMessage) => void) {
    this.#path = path;
    this.#send = send;
  }

  /** The function that brings the image of a call into a sink. */
  prepare(id: number, transfer: KeptTransfer): FeedMemory {
    if (this.#feeding.has(id)) throw notNow('restore', 'the number of the call is taken');
    return (sink, signal) => this.#feed(id, transfer, sink, signal);
  }

  /** The receiver waits to be called. */
  expect(id: number): void {
    this.#feeding.get(id)?.expecting.resolve(undefined);
  }

  end(id: number, word: 'fed' | 'unfed'): void {
    this.#feeding.get(id)?.word.resolve(word);
  }

  abort(id: number, error: VmToolsError): void {
    this.#feeding.get(id)?.transfer.abort(error);
  }

  async #feed(id: number, transfer: KeptTransfer, sink: ImageSink, signal: AbortSignal): Promise<void> {
    const feeding = {
      expecting: Promise.withResolvers<undefined>(),
      word: Promise.withResolvers<'fed' | 'unfed'>(),
      transfer,
    };
    this.#feeding.set(id, feeding);
    const stop = (): void => {
      const aborted = abortError(signal, 'receiving an image');
      feeding.expecting.reject(aborted);
      feeding.word.reject(aborted);
    };
    for (const { promise } of [feeding.expecting, feeding.word]) promise.catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      const [piped] = await Promise.allSettled([this.#pipe(id, feeding, sink, signal)]);
      // The connection may have ended before the word came which says why.
      const late = {
        code: 'XFRD_RECEIVER_LOST',
        message: 'the receiver does not say whether the image was whole',
      };
      await within(feeding.word.promise, WORD_MS, late);
      if (piped.status === 'rejected') throw piped.reason;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#feeding.delete(id);
    }
  }

  /** The bytes do not come here where that can be avoided, and if they do, the keeper does not look at them. */
  async #pipe(id: number, { expecting }: Feeding, sink: ImageSink, signal: AbortSignal): Promise<void> {
    const token = randomBytes(32).toString('hex');
    const late = { code: 'XFRD_RECEIVER_LOST', message: 'the receiver does not take a call for an image' };
    this.#send({ type: 'feed', id, token });
    await within(expecting.promise, WORD_MS, late, signal);
    if (sink.fetchFrom === undefined) return pump(this.#path, token, sink, signal);
    sink.fetchFrom({ path: this.#path, token });
    await finished(sink, { signal });
  }
}
