import type { Duplex } from 'node:stream';
import { abortError, VmToolsError } from '@vm-tools/errors';
import { encodeError } from '@vm-tools/ipc';
import { Channel, PendingCalls } from '@vm-tools/ipc/calls';
import { brokenLine } from '../errors.ts';
import {
  LONGEST_LINE_BYTES,
  type CallArgs,
  type CallName,
  type KeeperMessage,
  type ReceiverMessage,
} from '../messages.ts';
import type { FeedServer } from './feed-server.ts';

/** Gives the bytes of an image to the keeper or helper that has called for them. */
export type Feed = (sink: Duplex) => Promise<void>;

/** What there is of a guest then. */
interface Restored {
  readonly domid?: number;
  readonly warnings?: readonly string[];
}

type FeedOrder = Extract<KeeperMessage, { type: 'feed' }>;

/** An order of the keeper, without a call before it. */
export type Order = Extract<KeeperMessage, { type: 'begin' | 'change' | 'drain' | 'dial' }>;

/** The calls of the receiver to its keeper. The receiver can do nothing without its keeper. */
export class Calls {
  readonly #channel: Channel;
  readonly #feeds: FeedServer;
  readonly #calls = new PendingCalls<FeedOrder>();

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
      if ('id' in message && message.type !== 'dial') this.#calls.receive(message);
      else onOrder(message);
    }, onEnd);
  }

  tell(message: ReceiverMessage): void {
    this.#channel.send(message);
  }

  /** Whatever the keeper's error is, it is thrown here as it was there. */
  async call<Result = undefined>(name: CallName, args: CallArgs<CallName>): Promise<Result> {
    using call = this.#calls.open();
    this.tell({ type: 'call', id: call.id, call: name, args });
    return (await call.answer) as Result;
  }

  /**
   * The same for what takes an image. It settles when nothing of it goes on at the keeper's, also behind an abort.
   */
  async restore(args: CallArgs<'restore'>, feed: Feed, signal: AbortSignal): Promise<Restored> {
    const over = new AbortController();
    using call = this.#calls.open(({ id, token }) => void this.#feed(id, token, feed, over.signal));
    const { id } = call;
    const onAbort = (): void =>
      this.tell({ type: 'abort', id, error: encodeError(abortError(signal, 'receiving an image')) });
    this.tell({ type: 'call', id, call: 'restore', args });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return (await call.answer) as Restored;
    } finally {
      signal.removeEventListener('abort', onAbort);
      over.abort();
    }
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
      if (over.aborted) return; // the keeper has given it up, and does not call for the image any more
      if (thrown instanceof VmToolsError) this.tell({ type: 'abort', id, error: encodeError(thrown) });
      else this.tell({ type: 'unfed', id });
    }
  }
}
