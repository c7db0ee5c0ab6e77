import {
  createLimiter,
  followSchedule,
  type Clock,
  type FollowedSchedule,
  type LimiterNode,
  type Rate,
  type Schedule,
} from '@vm-tools/ratelimit';
import type { TransferPhase } from '../events.ts';

/**
 * The lowest level of the tree of limiters: that of one transfer, by a timetable, and with a limit of its own for the
 * phase in which the guest stands still. The levels above, host and peer, hold all the time.
 */
export class TransferRate implements Disposable {
  readonly limiter: LimiterNode;
  readonly #followed: FollowedSchedule;
  #stopAndCopy: Rate | undefined;
  #hasRun = false;
  #isStopped = false;

  constructor(init: {
    readonly schedule: Schedule;
    readonly stopAndCopy?: Rate | undefined;
    readonly parent?: LimiterNode | undefined;
    readonly clock?: Clock | undefined;
  }) {
    const { schedule, stopAndCopy, parent, clock } = init;
    this.#stopAndCopy = stopAndCopy;
    this.limiter = createLimiter({ rate: Infinity, parent, clock });
    this.#followed = followSchedule(this.limiter, schedule, { clock });
  }

  get schedule(): Schedule {
    return this.#followed.schedule;
  }

  get stopAndCopy(): Rate | undefined {
    return this.#stopAndCopy;
  }

  /**
   * The rate from the moment at which the guest is stopped. Each second of waiting for a limit is a second of downtime
   * then, so there is none unless the user sets one. A guest that stands still all along has no such phase: it is all
   * of it.
   */
  get whenStopped(): Rate {
    return this.#stopAndCopy ?? (this.#hasRun ? Infinity : this.limiter.rate);
  }

  /** Only for the record once the guest is stopped and has a limit of its own for that. */
  follow(schedule: Schedule): void {
    this.#followed.change(schedule);
  }

  setStopAndCopy(rate: Rate): void {
    this.#stopAndCopy = rate;
    if (this.#isStopped) this.#setStopped();
  }

  enter(phase: TransferPhase): void {
    if (phase === 'precopy') this.#hasRun = true;
    if (phase !== 'stop-and-copy') return;
    this.#isStopped = true;
    if (this.#hasOwnLimit) this.#setStopped();
  }

  [Symbol.dispose](): void {
    this.#followed.stop();
  }

  get #hasOwnLimit(): boolean {
    return this.#hasRun || this.#stopAndCopy !== undefined;
  }

  #setStopped(): void {
    this.#followed.stop(); // or the timetable would have its way in the middle of it
    this.limiter.setRate(this.whenStopped);
  }
}
