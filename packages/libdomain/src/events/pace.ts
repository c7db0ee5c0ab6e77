/** The first look at a domain that is on its way; each further one comes after twice the time. */
const FIRST_PAUSE_MS = 50;
/** Where nothing is looked for otherwise, a domain that is on its way is looked at so often at least. */
const ON_THE_WAY_MS = 5_000;
/** Looks that show nothing new, because a guest writes the same again and again, come no faster than so. */
const LONGEST_GAP_MS = 100;

/** How long to wait between two looks. */
export class Pace {
  readonly #pollMs: number;
  readonly #now: () => number;
  #lastOfHostMs: number;
  #pauseMs = FIRST_PAUSE_MS;
  #gapMs = 0;

  /**
   * @param pollMs how often to look at the whole host for what Xen does not tell; 0: never
   * @param now ms
   */
  constructor(pollMs: number, now: () => number = () => performance.now()) {
    this.#pollMs = pollMs;
    this.#now = now;
    this.#lastOfHostMs = now();
  }

  /** Takes notice of a look: whether something was different, and whether it was at the whole host. */
  note({ hasChanged, isOfHost }: { readonly hasChanged: boolean; readonly isOfHost: boolean }): void {
    if (isOfHost) this.#lastOfHostMs = this.#now();
    if (hasChanged) this.#pauseMs = FIRST_PAUSE_MS;
    else if (isOfHost) this.#pauseMs = Math.min(2 * this.#pauseMs, this.#pollMs || ON_THE_WAY_MS);
    this.#gapMs = hasChanged ? 0 : Math.min(2 * this.#gapMs || 1, LONGEST_GAP_MS);
  }

  /** For so long there is no look, whatever the news, ms. */
  get gapMs(): number {
    return this.#gapMs;
  }

  /** After so long there is a look at the whole host without news, ms; Infinity: never. */
  pauseMs(isOnTheWay: boolean): number {
    const everyMs = isOnTheWay ? this.#pauseMs : this.#pollMs;
    if (everyMs === 0) return Infinity;
    return Math.max(0, everyMs - (this.#now() - this.#lastOfHostMs));
  }
}
