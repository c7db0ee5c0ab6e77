import { throwIfAborted } from '@vm-tools/errors';
import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

export interface PollOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** e.g. "waiting for /run/web1.lock" */
  readonly doing: string;
}

/** How long the next pause is, ms, after one of that length. */
export function nextPauseMs(pauseMs: number): number {
  return Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
}

/**
 * Tries at once and then again and again, because nothing tells when a lock of the kernel becomes free without a
 * thread that blocks in it.
 *
 * @returns undefined when the time is up
 */
export async function poll<T>(
  attempt: () => T | undefined | Promise<T | undefined>,
  { timeoutMs, signal, doing }: PollOptions,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = nextPauseMs(pauseMs)) {
    throwIfAborted(signal, doing);
    const result = await attempt();
    const leftMs = deadline - performance.now();
    if (result !== undefined || leftMs <= 0) return result;
    await delay(Math.min(pauseMs, leftMs), undefined, signal && { signal }).catch(() => undefined);
  }
}
