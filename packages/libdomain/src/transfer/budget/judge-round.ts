import { PAGE_BYTES } from '../../memory.ts';

/**
 * The limits of a transfer's cost for the guest, and the action when they cannot be kept. It is read before each round,
 * so the caller may change it while the transfer runs.
 */
export interface PrecopyBudget {
  /** How long the guest may stand still. @default 300 ms */
  readonly maxDowntimeMs?: number | undefined;
  /** When precopy has to be over, ms since it began. @default never */
  readonly deadlineMs?: number | undefined;
  /** Rounds of precopy after the first, which sends all. @default 30 */
  readonly maxRounds?: number | undefined;
  /**
   * "abort" leaves the guest where it is, "force" stops it for as long as it takes, "throttle" slows it down step by
   * step, and forces it when even that does not help.
   * @default "force"
   */
  readonly onNoConvergence?: 'abort' | 'force' | 'throttle' | undefined;
  /** The cost of stopping and starting beside copying, as earlier transfers have measured it. @default 100 ms */
  readonly overheadMs?: number | undefined;
  /** Asked before each round. @default the stopped guest is sent as fast as the rounds before */
  readonly limits?: (() => RateLimits) | undefined;
  /** Told of each round before it is sent; the first one is not judged. */
  readonly onVerdict?: ((judged: JudgedRound) => void) | undefined;
}

/** The limits of a transfer's rate, bytes per second; Infinity is no limit. */
export interface RateLimits {
  /** of the rounds of precopy, now */
  readonly precopy: number;
  /** once the guest is stopped */
  readonly stopAndCopy: number;
  /** The rate without any limit, as earlier transfers have measured it. @default not known */
  readonly unlimited?: number | undefined;
}

/** A round of precopy, and what was decided before it was sent. */
export interface JudgedRound {
  /** from 1 */
  readonly round: number;
  readonly dirtyPages: number;
  readonly verdict: Verdict;
}

/**
 * The budget of a live move unless the caller gives another: 300 ms of downtime, 30 rounds, any time, and then it is
 * stopped anyway.
 */
export const DEFAULT_BUDGET = {
  maxDowntimeMs: 300,
  deadlineMs: Infinity,
  maxRounds: 30,
  onNoConvergence: 'force',
  overheadMs: 100,
} as const satisfies PrecopyBudget;

/** A round of precopy that has been sent. */
export interface Round {
  /** dirty when it began */
  readonly pages: number;
  /** bytes that really went out in it, zero pages excepted */
  readonly dataBytes: number;
  /** bytes of zero pages, which need not be sent */
  readonly zeroBytes: number;
  readonly ms: number;
}

/** The state of a transfer before a round that is not the first. */
export interface RoundView {
  /** all that have been sent, the first one included */
  readonly rounds: readonly Round[];
  /** to be sent now */
  readonly dirtyPages: number;
  /** since precopy began */
  readonly elapsedMs: number;
  /** How fast the guest is let run: 1 is as fast as it likes. */
  readonly pace: number;
  /** @default those of the last rounds hold for the stopped guest, too */
  readonly limits?: RateLimits | undefined;
}

export type Verdict = {
  /** if the guest were stopped behind this round */
  readonly expectedDowntimeMs: number;
} & (
  | { readonly decision: 'continue'; /** how fast the guest is let run from now on */ readonly pace: number }
  | { readonly decision: 'stop-and-copy'; readonly isForced: boolean }
  | { readonly decision: 'abort'; /** a clause */ readonly why: string }
);

/** To recognise a zero page takes about so much of the time that a page with data takes. */
const ZERO_COST = 1 / 16;
/** The rate is that of so many bytes at least, or of so much time: a short round tells nothing. */
const RATE_BYTES = 4 * 2 ** 20;
const RATE_MS = 500;
/** A transfer that near to a limit is held up by it and not by the network. */
const AT_LIMIT = 0.9;
/** Rounds in a row that are hardly smaller than the one before. */
const STUCK_ROUNDS = 3;
const HARDLY_SMALLER = 0.9;
/** Each step that does not help is followed by the next. */
const PACES = [1, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05];

/**
 * Decides about a round; nothing but arithmetic. When the guest is stopped behind this round, what it has dirtied
 * during it remains. That is at most what it dirtied during the round before, as long as this one takes no longer: a
 * guest comes back to its pages, so twice the time is at most twice the pages. They are taken to hold data, and to go
 * out at the rate of the last rounds, unless another limit holds then.
 */
export function judgeRound(
  budget: PrecopyBudget,
  { rounds, dirtyPages, elapsedMs, pace, limits }: RoundView,
): Verdict {
  const { maxDowntimeMs, deadlineMs, maxRounds, onNoConvergence, overheadMs } = withDefaults(budget);
  const rate = bytesPerMs(rounds);
  const roundMs = (dirtyPages * PAGE_BYTES) / rate;
  const beforeMs = rounds.at(-1)?.ms ?? 0;
  const stretch = beforeMs === 0 ? 1 : Math.max(1, roundMs / beforeMs);
  const stoppedMs = (dirtyPages * stretch * PAGE_BYTES) / stoppedBytesPerMs(rate, limits);
  const expectedDowntimeMs = overheadMs + stoppedMs;
  if (expectedDowntimeMs <= maxDowntimeMs || dirtyPages === 0)
    return { decision: 'stop-and-copy', isForced: false, expectedDowntimeMs };

  const isLast = rounds.length > maxRounds;
  const isLate = elapsedMs + roundMs + expectedDowntimeMs > deadlineMs;
  const isStuck = hasStuck(rounds, dirtyPages);
  if (!isLast && !isLate) {
    if (!isStuck) return { decision: 'continue', pace, expectedDowntimeMs };
    const slower = PACES.find((each) => each < pace);
    if (onNoConvergence === 'throttle' && slower !== undefined)
      return { decision: 'continue', pace: slower, expectedDowntimeMs };
  }
  if (onNoConvergence !== 'abort') return { decision: 'stop-and-copy', isForced: true, expectedDowntimeMs };
  const limit = isLast
    ? `after ${maxRounds} rounds`
    : isLate
      ? `and the deadline of ${deadlineMs / 1000} s comes before that`
      : 'and that does not get less from round to round';
  const why = `it would stand still for ${Math.ceil(expectedDowntimeMs)} ms, more than the ${maxDowntimeMs} ms that it may, ${limit}`;
  return { decision: 'abort', why, expectedDowntimeMs };
}

/** How fast the last rounds went. Never 0: nothing would be worth sending then. */
function bytesPerMs(rounds: readonly Round[]): number {
  let [bytes, ms] = [0, 0];
  for (const { dataBytes, zeroBytes, ms: roundMs } of rounds.toReversed()) {
    bytes += dataBytes + zeroBytes * ZERO_COST;
    ms += roundMs;
    if (bytes >= RATE_BYTES || ms >= RATE_MS) break;
  }
  return Math.max(bytes, 1) / Math.max(ms, 1);
}

/**
 * How fast the stopped guest goes out. Rounds that were held up by a limit do not tell how fast it is without: only
 * earlier transfers can, and while there were none, what has been measured is all that can be promised.
 */
function stoppedBytesPerMs(measured: number, limits: RateLimits | undefined): number {
  if (limits === undefined) return measured;
  const isHeldUp = measured * 1000 >= AT_LIMIT * limits.precopy;
  const free = isHeldUp ? Math.max(measured, (limits.unlimited ?? 0) / 1000) : measured;
  return Math.min(free, limits.stopAndCopy / 1000);
}

/** The first round is of all memory, so the second one says nothing about how it goes on. */
function hasStuck(rounds: readonly Round[], dirtyPages: number): boolean {
  const sizes = [...rounds.slice(1).map(({ pages }) => pages), dirtyPages].slice(-STUCK_ROUNDS - 1);
  if (sizes.length <= STUCK_ROUNDS) return false;
  return sizes.every((pages, index) => index === 0 || pages > HARDLY_SMALLER * (sizes[index - 1] ?? 0));
}

export function withDefaults(budget: PrecopyBudget) {
  const { maxDowntimeMs, deadlineMs, maxRounds, onNoConvergence, overheadMs } = budget;
  return {
    maxDowntimeMs: maxDowntimeMs ?? DEFAULT_BUDGET.maxDowntimeMs,
    deadlineMs: deadlineMs ?? DEFAULT_BUDGET.deadlineMs,
    maxRounds: maxRounds ?? DEFAULT_BUDGET.maxRounds,
    onNoConvergence: onNoConvergence ?? DEFAULT_BUDGET.onNoConvergence,
    overheadMs: overheadMs ?? DEFAULT_BUDGET.overheadMs,
  };
}
