import { within } from '@vm-tools/errors';
import { createLimiter, type Clock, type LimiterNode } from '@vm-tools/ratelimit';
import type { Channel } from '../protocol/channel.ts';

const MIB = 2 ** 20;
/** Of offers that are being read and looked at, together and of one peer; the longest has 256 KiB. */
const MOST_BYTES = 4 * MIB;
const MOST_BYTES_OF_PEER = MIB;
/** Of one peer, in the long run: to read and to judge a long offer takes some ten milliseconds of the processor. */
const PACE = { rate: MIB / 2, burst: 4 * MIB, isFull: true };

interface Waiting {
  readonly bytes: number;
  readonly who: string;
  readonly enter: () => void;
}

/**
 * Room for offers. An offer is read only when there is some, so that it waits in the sender's memory and not here, and
 * no peer has all of it. It is needed until the offer has been refused or has got a place. A peer whose offers are
 * refused, and that sends the next ones at once, waits; guests of others do not.
 */
export class OfferRoom {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  readonly #paces = new Map<string, LimiterNode>();
  readonly #clock: Clock | undefined;

  constructor({ clock }: { readonly clock?: Clock } = {}) {
    this.#clock = clock;
  }

  /**
   * @param bytes of the offer
   * @param who the peer, where that is known
   * @throws VmToolsError XFR_CROWDED of kind resource, when there is none in time
   */
  async enter(bytes: number, who: string | undefined, limitMs: number): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const waiting = { bytes, who: who ?? '', enter: () => resolve(undefined) };
    const inTime = new AbortController();
    const entering = async (): Promise<void> => {
      await this.#paceOf(waiting.who).take(bytes, inTime.signal);
      this.#waiting.add(waiting);
      this.#letIn();
      await promise;
    };
    try {
      await within(entering(), limitMs, CROWDED);
    } catch (thrown) {
      inTime.abort();
      this.#waiting.delete(waiting);
      throw thrown;
    }
    return { [Symbol.dispose]: () => this.#leave(waiting) };
  }

  #paceOf(who: string): LimiterNode {
    let pace = this.#paces.get(who);
    if (pace === undefined) {
      pace = createLimiter({ ...PACE, clock: this.#clock });
      this.#paces.set(who, pace);
    }
    return pace;
  }

  #letIn(): void {
    for (const waiting of this.#waiting) {
      const { bytes, who, enter } = waiting;
      const own = this.#taken.get(who) ?? 0;
      const all = [...this.#taken.values()].reduce((sum, taken) => sum + taken, 0);
      if (own + bytes > MOST_BYTES_OF_PEER || all + bytes > MOST_BYTES) continue;
      this.#taken.set(who, own + bytes);
      this.#waiting.delete(waiting);
      enter();
    }
  }

  #leave({ bytes, who }: Waiting): void {
    const left = (this.#taken.get(who) ?? 0) - bytes;
    if (left > 0) this.#taken.set(who, left);
    else this.#taken.delete(who);
    this.#letIn();
  }
}

const CROWDED = {
  code: 'XFR_CROWDED',
  kind: 'resource',
  message: 'too many guests are being offered at the same time',
  hint: 'try again, with fewer at once',
} as const;

/**
 * Lets the channel read an offer when there is room for it.
 *
 * @param offers @default as much as comes
 * @returns the room that the offer has got, to be disposed of when it has been looked at
 */
export function roomForOffer(channel: Channel, offers: OfferRoom | undefined, limitMs: number): Disposable {
  const room = new DisposableStack();
  channel.askBeforeBody(async (name, bytes) => {
    if (offers === undefined || (name !== 'HELLO' && name !== 'CHECK')) return;
    const entered = await offers.enter(bytes, channel.who, limitMs);
    if (room.disposed) entered[Symbol.dispose]();
    else room.use(entered);
  });
  return room;
}
