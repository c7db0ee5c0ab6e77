import { Meter, systemClock, type Clock } from '@vm-tools/ratelimit';
import type {
  OnEvent,
  TransferEvent,
  TransferFigures,
  TransferPhase,
  TransferStart,
  TransferSummary,
  TransferWarning,
} from '../events.ts';
import type { SaveProgress } from '@vm-tools/ports';

const PAGE_BYTES = 4096;
/** Often enough for a bar that moves, rare enough for a log. */
const EVERY_MS = 200;
/** A transfer that stands still says so. */
const AT_LEAST_EVERY_MS = 1000;

/**
 * Collects the figures of one transfer and tells them: at most five times a second, at each change of phase, and once
 * a second while nothing moves.
 */
export class ProgressReporter implements Disposable {
  readonly #onEvent: OnEvent;
  readonly #clock: Clock;
  readonly #meter: Meter;
  /** of all bytes of the image, zeros or not: what tells when it will be done */
  readonly #pace: Meter;
  readonly #startedAt: number;
  readonly #stillThere: NodeJS.Timeout;
  readonly #warnings: TransferWarning[] = [];
  #phase: TransferPhase = 'connecting';
  #toldAt = -Infinity;
  #spared: number | undefined;
  #total = 0;
  /** Only a source knows; otherwise it is what is left of `#total`. */
  #remaining: number | undefined;
  #iteration: number | undefined;
  #dirty: { bytes: number; at: number; pagesPerS?: number } | undefined;
  #suspendedAt: number | undefined;
  #downtimeMs: number | undefined;

  constructor(onEvent: OnEvent | undefined, clock: Clock = systemClock) {
    this.#onEvent = onEvent ?? (() => undefined);
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#meter = new Meter({ clock });
    this.#pace = new Meter({ clock });
    this.#stillThere = setInterval(() => this.#tellFiguresIfDue(), AT_LEAST_EVERY_MS).unref();
  }

  /** The present phase. */
  get currentPhase(): TransferPhase {
    return this.#phase;
  }

  get transferred(): number {
    return this.#meter.bytes;
  }

  get zeroBytes(): number {
    return this.#pace.bytes - this.#meter.bytes - (this.#spared ?? 0);
  }

  began(start: TransferStart): void {
    this.#tell({ type: 'began', ...start });
  }

  setTotal(bytes: number): void {
    this.#total = bytes;
  }

  phase(phase: TransferPhase): void {
    this.#phase = phase;
    this.#tell({ type: 'phase', phase, at: this.#clock.now() });
    this.#tellFigures();
  }

  /** Bytes went through, and bytes of zeros that did not have to. */
  add(bytes: number, zeroBytes = 0): void {
    this.#meter.add(bytes);
    this.#pace.add(bytes + zeroBytes);
    this.#tellFiguresIfDue();
  }

  /** Bytes of the image did not have to go through, because they were compressed. */
  spare(bytes: number): void {
    this.#spared = (this.#spared ?? 0) + bytes;
    this.#pace.add(bytes);
  }

  /** The source said how far it is. */
  saved(progress: SaveProgress): void {
    this.#total = progress.total;
    this.#remaining = progress.remaining;
    if (progress.dirtyBytes !== undefined && progress.iteration !== this.#iteration) {
      this.#dirty = dirtySince(this.#dirty, progress.dirtyBytes, progress.at);
    }
    this.#iteration = progress.iteration;
    if (progress.phase === 'stop-and-copy') this.#suspendedAt ??= progress.at;
    if (progress.phase === this.#phase) this.#tellFiguresIfDue();
    else this.phase(progress.phase);
  }

  /** The guest runs again; it has been suspended since `suspendedAt`. */
  running(suspendedAt: number): void {
    this.#suspendedAt = suspendedAt;
    this.#downtimeMs = this.#clock.now() - suspendedAt;
  }

  /** Milliseconds since `at`, performance.now(). */
  since(at: number): number {
    return Math.max(0, this.#clock.now() - at);
  }

  /** The source has told, at the end of the image, how long the guest has stood still, and how many rounds it took. */
  received({
    downtimeMs,
    iterations,
  }: {
    readonly downtimeMs?: number | undefined;
    readonly iterations?: number | undefined;
  }): void {
    if (downtimeMs !== undefined) this.#suspendedAt = this.#clock.now() - downtimeMs;
    this.#iteration = iterations;
  }

  /** The guest that has been received runs here. */
  started(): void {
    if (this.#suspendedAt !== undefined) this.running(this.#suspendedAt);
  }

  warn(warning: TransferWarning): void {
    this.#warnings.push(warning);
    this.#tell({ type: 'warning', ...warning });
  }

  complete(outcome: { readonly iterations?: number; readonly domid?: number | undefined }): TransferSummary {
    this.#remaining = 0;
    this.#tellFigures();
    const totalTimeMs = this.#clock.now() - this.#startedAt;
    const summary: TransferSummary = {
      transferred: this.transferred,
      total: this.#total,
      totalTimeMs,
      downtimeMs: this.#downtimeMs,
      iterations: outcome.iterations ?? this.#iteration ?? 0,
      zeroBytes: this.zeroBytes,
      ...(this.#spared === undefined ? {} : { sparedBytes: this.#spared }),
      throughput: totalTimeMs === 0 ? 0 : (this.transferred / totalTimeMs) * 1000,
      domid: outcome.domid,
      warnings: this.#warnings,
    };
    this.#tell({ type: 'completed', summary });
    return summary;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#stillThere);
  }

  #tellFiguresIfDue(): void {
    if (this.#clock.now() - this.#toldAt >= EVERY_MS) this.#tellFigures();
  }

  #tellFigures(): void {
    this.#toldAt = this.#clock.now();
    this.#tell({ type: 'progress', ...this.#figures() });
  }

  #figures(): TransferFigures {
    const now = this.#clock.now();
    const throughput = this.#meter.bytesPerSecond;
    const pace = this.#pace.bytesPerSecond;
    const remaining = this.#remaining ?? Math.max(0, this.#total - this.#pace.bytes);
    const downtime =
      this.#downtimeMs ?? (this.#suspendedAt === undefined ? undefined : now - this.#suspendedAt);
    // The time of a header of some bytes says nothing about the time that memory will take.
    const isMeasured = pace > 0 && this.#pace.bytes > 0.01 * this.#total;
    const msFor = (bytes: number): number => (bytes / pace) * 1000;
    return {
      status: this.#phase,
      transferred: this.transferred,
      zeroBytes: this.zeroBytes,
      ...(this.#spared === undefined ? {} : { sparedBytes: this.#spared }),
      remaining,
      total: this.#total,
      throughput,
      totalTime: now - this.#startedAt,
      iteration: this.#iteration,
      dirtyPagesRate: this.#dirty?.pagesPerS,
      downtime,
      ...(isMeasured ? { eta: msFor(remaining) } : {}),
      ...(!isMeasured || this.#dirty === undefined || downtime !== undefined
        ? {}
        : { expectedDowntime: msFor(this.#dirty.bytes) }),
    };
  }

  #tell(event: TransferEvent): void {
    try {
      this.#onEvent(event);
    } catch {
      // A listener that throws between GO and RUNNING must not decide where the guest runs.
    }
  }
}

/** Pages that are dirty after a round were dirtied during that round. */
function dirtySince(
  before: { at: number } | undefined,
  bytes: number,
  at: number,
): { bytes: number; at: number; pagesPerS?: number } {
  if (before === undefined || at <= before.at) return { bytes, at };
  return { bytes, at, pagesPerS: (bytes / PAGE_BYTES / (at - before.at)) * 1000 };
}
