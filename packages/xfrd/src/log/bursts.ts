import type { Log } from '@vm-tools/cli';
import { systemClock, type Clock } from '@vm-tools/ratelimit';

/** Of each kind so many are logged in full; those that follow are counted until the burst has ended. */
const TOLD_IN_FULL = 20;
const WINDOW_MS = 10_000;
/** More are not told apart: it is a crowd. */
const MOST_ADDRESSES = 1000;

interface Burst {
  count: number;
  /** since the last line about it */
  hidden: number;
  readonly addresses: Set<string>;
}

/** One of many things of the same kind. */
export interface Occurrence {
  /** what makes it the same: there must be few */
  readonly kind: string;
  /** from where it comes, with or without the port */
  readonly address?: string | undefined;
}

/**
 * Keeps a log readable, and its disk free, whatever strangers do: of what happens often the first are told, and of the
 * others how many there were.
 */
export class Bursts implements Disposable {
  readonly #log: Pick<Log, 'warn'>;
  readonly #clock: Clock;
  readonly #bursts = new Map<string, Burst>();
  readonly #over = new AbortController();

  constructor(log: Pick<Log, 'warn'>, clock: Clock = systemClock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Whether this one is to be logged; if not, it has been counted. */
  isTold({ kind, address }: Occurrence): boolean {
    const burst = this.#bursts.get(kind) ?? this.#begin(kind);
    burst.count += 1;
    if (burst.count <= TOLD_IN_FULL) return true;
    burst.hidden += 1;
    if (address !== undefined && burst.addresses.size < MOST_ADDRESSES)
      burst.addresses.add(address.replace(/:\d+$/, ''));
    return false;
  }

  #begin(kind: string): Burst {
    const burst: Burst = { count: 0, hidden: 0, addresses: new Set() };
    this.#bursts.set(kind, burst);
    void this.#watch(kind, burst).catch(() => undefined);
    return burst;
  }

  async #watch(kind: string, burst: Burst): Promise<void> {
    do {
      await this.#clock.sleep(WINDOW_MS, this.#over.signal);
    } while (this.#sum(kind, burst));
    this.#bursts.delete(kind);
  }

  /** @returns whether there was anything to log */
  #sum(kind: string, burst: Burst): boolean {
    const { hidden, addresses } = burst;
    if (hidden === 0) return false;
    this.#log.warn(`${kind}: ${hidden} more like those before`, { count: hidden, addresses: addresses.size });
    burst.hidden = 0;
    addresses.clear();
    return true;
  }

  /** Tells what has not been told yet. */
  [Symbol.dispose](): void {
    this.#over.abort();
    for (const [kind, burst] of this.#bursts) this.#sum(kind, burst);
    this.#bursts.clear();
  }
}
