import { abortError, throwIfAborted } from '@vm-tools/errors';
import type { Clock } from '../clock/clock.ts';
import type { Rate } from '../rate/rate.ts';
import { Alarm } from './alarm.ts';
import type { Flow, Offer, Round, Waiter } from './flow.ts';
import type { Limiter } from './limiter.ts';
import { TakeQueue } from './take-queue.ts';
import { checkedBytes, TokenBucket } from './token-bucket.ts';

/**
 * Timers of Node are whole milliseconds, and each costs: at 10 Gbit/s a timer for every 64 KiB would be 20 000 a
 * second. A sleep that is longer than needed is no loss, because the credit that comes in meanwhile lets the next
 * ones pass without a timer, as long as the bucket can hold it: hence the other bound, the time to fill half of it.
 */
const SHORTEST_SLEEP_MS = 5;

/**
 * A limiter and its place in a tree. Bytes pass when all levels have the credit for them, and are charged to all at
 * that moment: paying level by level instead would let what has been paid for below pile up and burst out later.
 *
 * Each level serves in turn those of its children that could pass as far as they are concerned, so one that is short of
 * its own credit holds up no other. A level that is itself short of credit saves up for the one whose turn it is, and
 * for no other, or large requests would starve beside small ones. Parents know only children that are active.
 */
export class LimiterNode implements Limiter, Flow {
  turn = 0;
  readonly #bucket: TokenBucket;
  readonly #clock: Clock;
  readonly #parent: LimiterNode | undefined;
  readonly #root: LimiterNode;
  readonly #alarm: Alarm;
  readonly #takers = new TakeQueue();
  readonly #flows = new Set<Flow>();
  /** The turn of the flow that was chosen last: a flow that comes back starts no lower. */
  #turn = 0;
  /** The request for which this level saves up. */
  #chosen: { readonly flow: Flow; readonly waiter: Waiter } | undefined;

  constructor({
    rate,
    burst,
    isFull,
    parent,
    clock,
  }: {
    readonly rate: Rate;
    readonly burst: number | undefined;
    readonly isFull: boolean | undefined;
    readonly parent: LimiterNode | undefined;
    readonly clock: Clock;
  }) {
    this.#parent = parent;
    this.#root = parent === undefined ? this : parent.#root;
    this.#clock = parent === undefined ? clock : parent.#clock;
    this.#alarm = parent === undefined ? new Alarm(clock, () => this.#serve()) : parent.#alarm;
    this.#bucket = new TokenBucket({ rate, burst, isFull, now: this.#clock.now() });
  }

  get rate(): Rate {
    return this.#bucket.rate;
  }

  get burst(): number {
    return Math.min(this.#bucket.burst, this.#parent?.burst ?? Infinity);
  }

  setRate(rate: Rate): void {
    this.#bucket.setRate(rate, this.#clock.now());
    this.#root.#serve();
  }

  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal, 'waiting for the rate limit');
    checkedBytes(bytes);
    if (this.burst === Infinity) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const onAbort = (): void => {
      this.#withdraw(waiter);
      reject(abortError(signal as AbortSignal, `waiting for the rate limit to let ${bytes} bytes pass`));
    };
    const grant = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve(undefined);
    };
    const waiter: Waiter = { bytes, grant };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#takers.add(waiter);
    this.#activate(this.#takers);
    this.#root.#serve();
    return promise;
  }

  /** For the level above. */
  offer(round: Round, scarceUntil: number): Offer {
    const scarce = Math.max(scarceUntil, this.#bucket.halfFullAt(round.now));
    const offer = this.#askChosen(round, scarce) ?? this.#choose(round, scarce);
    if (offer.kind !== 'ready') return offer;
    const delayMs = this.#bucket.saveFor(offer.waiter.bytes, round.now);
    if (delayMs === 0) return offer;
    const leastMs = Math.min(SHORTEST_SLEEP_MS, (this.#bucket.burst / this.rate) * 500);
    wakeAt(round, round.now + Math.max(delayMs, leastMs));
    return { kind: 'later' };
  }

  #askChosen(round: Round, scarceUntil: number): Offer | undefined {
    if (this.#chosen === undefined) return undefined;
    const { flow, waiter } = this.#chosen;
    const offer = flow.offer(round, scarceUntil);
    if (offer.kind === 'ready' && offer.waiter === waiter) return offer;
    this.#giveUp(waiter); // a limit has been set below, and it has to save up again there
    return undefined;
  }

  #choose(round: Round, scarceUntil: number): Offer {
    let next: { readonly flow: Flow; readonly offer: Offer } | undefined;
    let isAnyReady = false;
    for (const flow of this.#flows) {
      const offer = flow.offer(round, scarceUntil);
      if (offer.kind === 'idle') this.#flows.delete(flow);
      const keepsTurn = offer.kind === 'expected' && Math.min(offer.untilMs, scarceUntil) > round.now;
      if (offer.kind !== 'ready' && !keepsTurn) continue;
      isAnyReady ||= offer.kind === 'ready';
      flow.turn = Math.max(flow.turn, this.#turn);
      if (next === undefined || flow.turn < next.flow.turn) next = { flow, offer };
    }
    if (next === undefined) return { kind: this.#flows.size === 0 ? 'idle' : 'later' };
    const { flow, offer } = next;
    if (offer.kind === 'ready') {
      this.#turn = flow.turn;
      this.#chosen = { flow, waiter: offer.waiter };
    } else if (offer.kind === 'expected' && isAnyReady) {
      wakeAt(round, Math.min(offer.untilMs, scarceUntil));
    }
    return offer;
  }

  /** Only of the root: lets all requests pass that can. */
  #serve(): void {
    const now = this.#clock.now();
    for (;;) {
      const round: Round = { now, wakeAt: Infinity };
      const offer = this.offer(round, -Infinity);
      if (offer.kind !== 'ready') {
        this.#alarm.set(round.wakeAt);
        return;
      }
      this.#charge(offer.waiter.bytes, now);
    }
  }

  /** Follows the choices of all levels down to the queue where the request waits. */
  #charge(bytes: number, now: number): void {
    if (this.#chosen === undefined) return;
    const { flow } = this.#chosen;
    this.#chosen = undefined;
    this.#bucket.spend(bytes);
    flow.turn += bytes;
    if (flow instanceof LimiterNode) flow.#charge(bytes, now);
    else this.#takers.grant(now);
  }

  #activate(flow: Flow): void {
    this.#flows.add(flow);
    if (this.#parent !== undefined) this.#parent.#activate(this);
  }

  #withdraw(waiter: Waiter): void {
    if (!this.#takers.withdraw(waiter)) return;
    this.#giveUp(waiter);
    queueMicrotask(() => this.#root.#serve()); // not before all others that wait by the same signal have withdrawn, too
  }

  /** This level, and those above, save up for that request no longer. */
  #giveUp(waiter: Waiter): void {
    if (this.#chosen?.waiter === waiter) {
      this.#chosen = undefined;
      this.#bucket.giveUp();
    }
    if (this.#parent !== undefined) this.#parent.#giveUp(waiter);
  }
}

function wakeAt(round: Round, at: number): void {
  round.wakeAt = Math.min(round.wakeAt, at);
}
