import type { Duplex } from 'node:stream';
import { abortError, VmToolsError } from '@vm-tools/errors';
import { Channel, decodeError, encodeError, type ErrorBody } from '@vm-tools/ipc';
import { brokenLine } from '../errors.ts';
import {
  LONGEST_LINE_BYTES,
  type CallArgs,
  type CallName,
  type KeeperMessage,
  type ReceiverMessage,
} from '../messages.ts';
import type { FeedServer } from './feed-server.ts';

/** Gives the bytes of an image to somebody who has called for them. */
export type Feed = (sink: Duplex) => Promise<void>;

/** What the keeper wants, without having been asked. */
export type Order = Extract<KeeperMessage, { type: 'begin' | 'change' | 'drain' | 'dial' }>;

interface Waiting {
  readonly answer: PromiseWithResolvers<unknown>;
  readonly feed: Feed | undefined;
  /** fires when there is an answer */
  readonly over: AbortSignal;
}

/** What the receiver asks of its keeper. The receiver can do nothing without its keeper. */
export class Calls {
  readonly #channel: Channel;
  readonly #feeds: FeedServer;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  /** @param onOrder told of what the keeper wants */
  constructor(connection: Duplex, feeds: FeedServer, onOrder: (order: Order) => void, onEnd: () => void) {
    this.#feeds = feeds;
    this.#channel = new Channel(connection, {
      sendBytes: LONGEST_LINE_BYTES,
      receiveBytes: LONGEST_LINE_BYTES,
      broken: brokenLine,
    });
    this.#channel.open((raw) => {
      const message = raw as KeeperMessage;
      if (message.type === 'done' || message.type === 'failed' || message.type === 'feed')
        this.#receive(message);
      else onOrder(message);
    }, onEnd);
  }

  tell(message: ReceiverMessage): void {
    this.#channel.send(message);
  }

  /** Whatever the keeper's error is, it is thrown here as it was there. */
  call<Result = undefined>(call: CallName, args: CallArgs<CallName>): Promise<Result> {
    return this.#ask((id) => this.tell({ type: 'call', id, call, args })) as Promise<Result>;
  }

  /**
   * The same for what takes an image. It settles when nothing of it goes on at the keeper's, also behind an abort.
   */
  async restore(args: CallArgs<'restore'>, feed: Feed, signal: AbortSignal): Promise<{ domid?: number }> {
    let id = 0;
    const onAbort = (): void =>
      this.tell({ type: 'abort', id, error: encodeError(abortError(signal, 'receiving an image')) });
    const answer = this.#ask((number) => {
      id = number;
      this.tell({ type: 'call', id, call: 'restore', args });
    }, feed);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return (await answer) as { domid?: number };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #ask(send: (id: number) => void, feed?: Feed): Promise<unknown> {
    const id = (this.#count += 1);
    const answer = Promise.withResolvers<unknown>();
    const over = new AbortController();
    this.#waiting.set(id, { answer, feed, over: over.signal });
    try {
      send(id);
      return await answer.promise;
    } finally {
      this.#waiting.delete(id);
      over.abort();
    }
  }

  #receive(message: Exclude<KeeperMessage, Order>): void {
    const waiting = this.#waiting.get(message.id);
    if (message.type === 'done') waiting?.answer.resolve(message.result);
    else if (message.type === 'failed') waiting?.answer.reject(decodeError(message.error as ErrorBody));
    else if (waiting?.feed !== undefined)
      void this.#feed(message.id, message.token, waiting.feed, waiting.over);
  }

  async #feed(id: number, token: string, feed: Feed, over: AbortSignal): Promise<void> {
    try {
      const called = this.#feeds.expect(token, over);
      this.tell({ type: 'expecting', id });
      const socket = await called;
      try {
        await feed(socket);
      } finally {
        socket.destroy();
      }
      this.tell({ type: 'fed', id });
    } catch (thrown) {
      if (over.aborted) return; // the keeper has given it up, and nobody calls for the image any more
      if (thrown instanceof VmToolsError) this.tell({ type: 'abort', id, error: encodeError(thrown) });
      else this.tell({ type: 'unfed', id });
    }
  }
}
