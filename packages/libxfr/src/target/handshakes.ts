import { createLimiter, type Clock, type LimiterNode } from '@vm-tools/ratelimit';

/** TLS handshakes a second, of one address and of all together. Each takes a few milliseconds of the processor. */
const PER_ADDRESS = { rate: 30, burst: 60, isFull: true };
const TOGETHER = { rate: 120, burst: 240, isFull: true };

/** Addresses that are remembered; what an older one has had is forgotten. */
const MOST_ADDRESSES = 1024;

/**
 * The pace of handshakes. Every stranger may ask for one, and while it is made no guest's page is taken and none is
 * started: a guest that is standing still must not wait for hundreds of strangers. Addresses that call at the same time
 * take turns.
 */
export class Handshakes {
  readonly #together: LimiterNode;
  /** the one that was new last comes last */
  readonly #perAddress = new Map<string, LimiterNode>();

  constructor({ clock }: { readonly clock?: Clock } = {}) {
    this.#together = createLimiter({ ...TOGETHER, clock });
  }

  /**
   * Resolves when it is this address' turn.
   *
   * @param address without the port
   * @throws VmToolsError INTERRUPTED when the signal fires first
   */
  async turn(address: string, signal: AbortSignal): Promise<void> {
    const known = this.#perAddress.get(address);
    const limiter = known ?? createLimiter({ ...PER_ADDRESS, parent: this.#together });
    if (known === undefined) this.#perAddress.set(address, limiter);
    const [oldest = ''] = this.#perAddress.keys();
    if (this.#perAddress.size > MOST_ADDRESSES) this.#perAddress.delete(oldest);
    await limiter.take(1, signal);
  }
}
