import type { PrecopyStats } from '@vm-tools/xc-native';
import { PAGE_BYTES } from '../../memory.ts';
import type { SaveProgress } from '@vm-tools/ports';

/** Pages with data that have gone by; a LibxcVerifier's counts. */
interface Passed {
  readonly pages: number;
}

/**
 * Turns what is known about a save into progress. libxc's own percentage counts every pfn up to the highest one; in
 * a small PVH guest nearly all of these are a hole. So the pages that really pass are counted.
 */
export class SaveMeter {
  readonly #totalPages: number;
  readonly #passed: () => Passed;
  readonly #onProgress: (progress: SaveProgress) => void;
  #phase: SaveProgress['phase'];
  #iteration = 1;
  #dirtyPages: number | undefined;
  #roundPages: number;
  #roundStart = 0;

  constructor(init: {
    readonly live: boolean;
    readonly totalPages: number;
    readonly passed: () => Passed;
    readonly onProgress: (progress: SaveProgress) => void;
  }) {
    this.#totalPages = init.totalPages;
    this.#roundPages = init.totalPages;
    this.#passed = init.passed;
    this.#onProgress = init.onProgress;
    this.#phase = init.live ? 'precopy' : 'suspending';
  }

  get iteration(): number {
    return this.#iteration;
  }

  /** libxc asks how to go on. Only the question before a round tells how much is dirty. */
  round({ iteration, dirtyPages }: PrecopyStats): void {
    if (dirtyPages === undefined) return;
    this.#iteration = iteration + 1;
    this.#roundStart = this.#passed().pages;
    // Before the first round libxc calls everything dirty, the hole included.
    this.#roundPages = iteration === 0 ? this.#totalPages : dirtyPages;
    this.#dirtyPages = iteration === 0 ? undefined : dirtyPages;
    this.report();
  }

  enter(phase: SaveProgress['phase']): void {
    this.#phase = phase;
    this.report();
  }

  report(): void {
    const sent = this.#passed().pages - this.#roundStart;
    const isDone = this.#phase === 'finishing';
    this.#onProgress({
      phase: this.#phase,
      iteration: this.#iteration,
      remaining: isDone ? 0 : Math.max(0, this.#roundPages - sent) * PAGE_BYTES,
      total: this.#totalPages * PAGE_BYTES,
      dirtyBytes: this.#dirtyPages === undefined ? undefined : this.#dirtyPages * PAGE_BYTES,
      at: performance.now(),
    });
  }
}
