import { systemClock, type Clock } from '../clock/clock.ts';
import { systemWallClock, type WallClock } from '../clock/wall-clock.ts';
import type { Limiter } from '../limiter/limiter.ts';
import { msUntilNextEntry, rateAt, type Schedule } from './schedule.ts';

/** The clocks that a schedule follows, and the signal that ends it. */
export interface FollowOptions {
  /** Measures how long to sleep. @default the machine's */
  readonly clock?: Clock | undefined;
  /** Says which entry holds. @default the machine's, in its time zone */
  readonly wallClock?: WallClock | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** A limiter on a timetable. */
export interface FollowedSchedule extends Disposable {
  readonly schedule: Schedule;
  /** Takes effect at once; after the end it is for the record only. */
  change(schedule: Schedule): void;
  /** Leaves the rate as it is and does not touch it again; so does the signal. */
  stop(): void;
}

/**
 * Sets the limiter's rate by the time of day, now and until it is stopped; a process that never stops it never ends by
 * itself, unless the schedule is a single rate. A rate that another caller sets holds until the next entry is due.
 */
export function followSchedule(
  limiter: Limiter,
  schedule: Schedule,
  options: FollowOptions = {},
): FollowedSchedule {
  return new ScheduleFollower(limiter, schedule, options);
}

/** The wall clock is asked at least this often: no event says when it has been set, or when summer time has begun. */
const LONGEST_SLEEP_MS = 60_000;

class ScheduleFollower implements FollowedSchedule {
  readonly #limiter: Limiter;
  readonly #clock: Clock;
  readonly #wallClock: WallClock;
  readonly #stopped = new AbortController();
  #sleep: AbortController | undefined;
  #schedule: Schedule;

  constructor(
    limiter: Limiter,
    schedule: Schedule,
    { clock = systemClock, wallClock = systemWallClock, signal }: FollowOptions,
  ) {
    this.#limiter = limiter;
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#schedule = schedule;
    if (signal?.aborted) this.stop();
    signal?.addEventListener('abort', () => this.stop(), { once: true, signal: this.#stopped.signal });
    this.change(schedule);
  }

  get schedule(): Schedule {
    return this.#schedule;
  }

  change(schedule: Schedule): void {
    this.#schedule = schedule;
    this.#sleep?.abort();
    if (!this.#stopped.signal.aborted) this.#follow(undefined);
  }

  stop(): void {
    this.#stopped.abort();
    this.#sleep?.abort();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** @param last the rate that was due when it was asked last */
  #follow(last: number | undefined): void {
    const msOfDay = this.#wallClock.msOfDay();
    const rate = rateAt(this.#schedule, msOfDay);
    if (rate !== last) this.#limiter.setRate(rate);
    if (this.#schedule.length === 1) return;
    const sleep = new AbortController();
    this.#sleep = sleep;
    const ms = Math.min(msUntilNextEntry(this.#schedule, msOfDay), LONGEST_SLEEP_MS);
    this.#clock.sleep(ms, sleep.signal).then(
      () => sleep.signal.aborted || this.#follow(rate),
      () => undefined, // aborted
    );
  }
}
