import type { TransferId } from '../journal/record.ts';
import type { Channel } from '../protocol/channel.ts';

/** A connection over which GO has come for a guest that waits in another session. */
export interface Arrival {
  readonly channel: Channel;
  /** to be called when nothing more is to be said over it */
  readonly done: () => void;
}

/**
 * The guests that are ready in this process and wait for GO, whichever connection brings it: all sessions of one
 * listener share it. Without one, a guest that loses its connection while it waits is given up at once.
 */
export class WaitingForGo {
  readonly #waiting = new Map<
    TransferId,
    {
      readonly epoch: number;
      readonly who: string | undefined;
      readonly take: (arrival: Arrival) => void;
    }
  >();

  /** @param who the peer that brought it; no other may have it started */
  enter(
    id: TransferId,
    epoch: number,
    who: string | undefined,
  ): Disposable & { readonly arrival: Promise<Arrival> } {
    const { promise: arrival, resolve: take } = Promise.withResolvers<Arrival>();
    this.#waiting.set(id, { epoch, who, take });
    return { arrival, [Symbol.dispose]: () => void this.#waiting.delete(id) };
  }

  /**
   * Resolves when the waiting session has finished with the channel; undefined when no session waits for this one from
   * this peer.
   */
  bring(id: TransferId, epoch: number, channel: Channel): Promise<void> | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting?.epoch !== epoch || waiting.who !== channel.who) return undefined;
    this.#waiting.delete(id);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    waiting.take({ channel, done: () => resolve(undefined) });
    return promise;
  }
}
