import { VmToolsError } from '@vm-tools/errors';
import { formatRate, formatSchedule, type LimiterNode, type Rate, type Schedule } from '@vm-tools/ratelimit';
import type { OnStep, TransferStep } from '../commit/step.ts';
import type {
  ObservedEvent,
  OnEvent,
  TransferEvent,
  TransferFigures,
  TransferSettings,
  TransferStart,
  TransferSummary,
} from '../events.ts';
import type { TransferOptions } from '../options.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { Observers } from './observers.ts';
import { TransferRate } from './transfer-rate.ts';
import type { Transfer, TransferBudget, TransferChange, TransferLimits } from './transfer.ts';

/** Options of a transfer that can be steered, in place of a limiter. */
export interface SteerOptions {
  /** the level above that of the transfer: of a peer, or of the whole host. @default none */
  readonly limiter?: LimiterNode | undefined;
  /** the limit of this transfer alone: bytes per second, or a timetable. @default none */
  readonly rate?: Rate | Schedule | undefined;
}

/** Further options of a transfer that begins on this host. */
export interface SteerSourceOptions extends SteerOptions {
  /**
   * The limit of this transfer while the guest is stopped, bytes per second.
   * @default none behind a precopy; for a guest that stands still all along, `rate`
   */
  readonly stopAndCopyRate?: Rate | undefined;
  /** The very object that the source reads before each round. @default it has none */
  readonly budget?: TransferBudget | undefined;
}

/** The arguments of the plain function beneath. */
export interface Lent {
  /** undefined for a transfer that is not paced */
  readonly limiter: LimiterNode | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  readonly onStep: OnStep;
}

/** The lines of the journals after which the guest belongs to the target. */
const LAST_LINES: ReadonlySet<string> = new Set(['committed', 'owner']);

const NOTHING_YET: TransferFigures = {
  status: 'connecting',
  transferred: 0,
  zeroBytes: 0,
  remaining: 0,
  total: 0,
  throughput: 0,
  totalTime: 0,
};

type Options = SteerSourceOptions &
  Omit<TransferOptions, 'limiter'> & {
    readonly onStep?: OnStep | undefined;
    /** whether it is this end that stops the guest. @default false */
    readonly isSource?: boolean;
    /** whether its bytes come by here, so that they can be paced. @default true */
    readonly isPaced?: boolean;
  };

export class TransferHandle<Result extends TransferSummary | undefined> implements Transfer<Result> {
  readonly startedAt = Date.now();
  readonly result: Promise<Result>;
  readonly #options: Options;
  readonly #observers = new Observers();
  readonly #cancelled = new AbortController();
  readonly #rate: TransferRate;
  #figures = NOTHING_YET;
  #start: TransferStart | undefined;
  #isTooLate = false;

  constructor(options: Options, run: (lent: Lent) => Promise<Result>) {
    this.#options = options;
    const { clock, limiter: parent, rate = Infinity, stopAndCopyRate: stopAndCopy, signal } = options;
    this.#rate = new TransferRate({ schedule: asSchedule(rate), stopAndCopy, parent, clock });
    const lent: Lent = {
      limiter: options.isPaced === false ? undefined : this.#rate.limiter,
      signal: AbortSignal.any([this.#cancelled.signal, ...(signal === undefined ? [] : [signal])]),
      onEvent: (event) => this.#hear(event),
      onStep: (step) => this.#step(step),
    };
    this.result = this.#run(run, lent);
    this.result.catch(() => undefined); // an observer gets the error
  }

  get start(): TransferStart | undefined {
    return this.#start;
  }

  get id(): string | undefined {
    return this.#start?.id;
  }

  get figures(): TransferFigures {
    return this.#figures;
  }

  get settings(): TransferSettings {
    const { maxDowntimeMs, onNoConvergence } = this.#options.budget ?? {};
    const { stopAndCopy, schedule } = this.#rate;
    return {
      bwlimit: formatSchedule(schedule),
      ...(stopAndCopy === undefined ? {} : { stopAndCopyBwlimit: formatRate(stopAndCopy) }),
      ...(maxDowntimeMs === undefined ? {} : { maxDowntimeMs }),
      ...(onNoConvergence === undefined ? {} : { onNoConvergence }),
    };
  }

  get limits(): TransferLimits {
    return { precopy: this.#rate.limiter.rate, stopAndCopy: this.#rate.whenStopped };
  }

  cancel(reason = 'the caller has cancelled it'): void {
    if (this.#isTooLate) throw tooLate(this.#start, this.#figures);
    this.#cancelled.abort(
      new VmToolsError({
        code: 'XFR_CANCELLED',
        kind: 'interrupted',
        message: `given up: ${reason}`,
        hint: 'begin again when it suits',
      }),
    );
  }

  setRate(rate: Rate | Schedule): void {
    this.change({ rate });
  }

  change({ rate, stopAndCopyRate, maxDowntimeMs, onNoConvergence }: TransferChange): void {
    const { budget, isSource = false, isPaced = true } = this.#options;
    if (!isPaced && (rate ?? stopAndCopyRate) !== undefined) throw notPaced();
    const wantsBudget = maxDowntimeMs !== undefined || onNoConvergence !== undefined;
    if (wantsBudget && budget === undefined) throw notHere('how long the guest may stand still', isSource);
    if (stopAndCopyRate !== undefined && !isSource) throw notHere('the limit of its stop-and-copy', isSource);
    const schedule = rate === undefined ? undefined : asSchedule(rate);
    if (schedule !== undefined) this.#rate.follow(schedule);
    if (stopAndCopyRate !== undefined) this.#rate.setStopAndCopy(stopAndCopyRate);
    if (budget !== undefined) {
      budget.maxDowntimeMs = maxDowntimeMs ?? budget.maxDowntimeMs;
      budget.onNoConvergence = onNoConvergence ?? budget.onNoConvergence;
    }
    this.#tell({ type: 'changed', ...this.settings });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ObservedEvent, undefined> {
    return this.#observers.observe();
  }

  async #run(run: (lent: Lent) => Promise<Result>, lent: Lent): Promise<Result> {
    using _ = this.#rate;
    try {
      return await run(lent);
    } catch (thrown) {
      this.#tell({ type: 'failed', error: asVmToolsError(thrown) });
      throw thrown;
    } finally {
      this.#isTooLate = true;
      this.#observers.end();
    }
  }

  #hear(event: TransferEvent): void {
    if (event.type === 'began') {
      const { type: _, ...start } = event;
      this.#start = start;
    }
    if (event.type === 'progress') {
      const { type: _, ...figures } = event;
      this.#figures = figures;
    }
    if (event.type === 'phase') {
      this.#rate.enter(event.phase);
      // The file is whole, or the guest has got the word: neither is taken back any more.
      if (event.phase === 'syncing' || event.phase === 'starting') this.#isTooLate = true;
    }
    this.#tell(event);
    this.#options.onEvent?.(event);
  }

  #step(step: TransferStep): Promise<void> | void {
    if (step.kind === 'journal' && step.when === 'before' && LAST_LINES.has(step.name))
      this.#isTooLate = true;
    return this.#options.onStep?.(step);
  }

  #tell(event: ObservedEvent): void {
    this.#observers.tell(event);
  }
}

function asSchedule(rate: Rate | Schedule): Schedule {
  return typeof rate === 'number' ? [{ fromMs: 0, rate }] : rate;
}

function notHere(what: string, isSource: boolean): VmToolsError {
  return new VmToolsError({
    code: 'XFR_NOT_HERE',
    kind: 'usage',
    message: `${what} is not decided here`,
    hint: isSource ? 'this guest stands still all the while' : 'change it on the host that sends the guest',
  });
}

function notPaced(): VmToolsError {
  return new VmToolsError({
    code: 'XFR_NOT_PACED',
    kind: 'usage',
    message: 'this image was begun without a limit, so that no limiter sees its bytes',
    hint: 'begin it with a rate, which may be Infinity, to change that later',
  });
}

function tooLate(start: TransferStart | undefined, { status }: TransferFigures): VmToolsError {
  const id = start?.id.slice(0, 8);
  return new VmToolsError({
    code: 'XFR_TOO_LATE',
    kind: 'failure',
    message:
      start === undefined
        ? `it is too late to give it up (${status})`
        : `it is too late to give up the move of ${start.guest.name}: it belongs to the target by now`,
    hint:
      id === undefined
        ? 'it is about to end'
        : `wait for its end, which vm-migrate status ${id} tells, and move it back then; if the end stays in doubt: vm-migrate resolve ${id}`,
    ...(start === undefined ? {} : { details: { id: start.id } }),
  });
}
