import { systemClock, type Clock } from '@vm-tools/ratelimit';
import type { Messages } from '../output/messages.ts';
import { formatDuration } from './progress-line.ts';
import { redrawnLine } from './redrawn-line.ts';

/** A person waits so long before it is said for what, and then for how long. */
const SECOND_MS = 1000;

/** A line that tells a person what is waited for; its end is the end of the line. */
export interface ShownWork extends Disposable {
  /** Something begins, in words such as "building the guests"; of several at once the oldest is shown. */
  begin(what: string): void;
  /** It has ended. */
  end(what: string): void;
}

/**
 * Shows on a terminal what takes longer than a second, and for how long it has taken, in a line that goes away again. In
 * a log, with --json and with -q there is nothing of it.
 */
export function showWork(
  messages: Pick<Messages, 'program' | 'stream' | 'json' | 'quiet' | 'around'>,
  clock: Clock = systemClock,
): ShownWork {
  const { stream, json, quiet, program } = messages;
  if (json || quiet || stream.isTTY !== true) {
    const nothing = (): void => undefined;
    return { begin: nothing, end: nothing, [Symbol.dispose]: nothing };
  }
  const line = redrawnLine(stream);
  /** What is under way, and since when, the oldest first. */
  const running = new Map<string, number>();
  let ending = new AbortController();

  const stop = (): void => {
    running.clear();
    ending.abort();
    line.clear();
    messages.around = undefined;
  };
  const watch = async (signal: AbortSignal): Promise<void> => {
    try {
      for (;;) {
        await clock.sleep(SECOND_MS, signal);
        const [[what, since] = ['', Infinity]] = running;
        const ms = clock.now() - since;
        if (ms >= SECOND_MS) line.draw(`${program}: ${what} (${formatDuration(ms)})`);
      }
    } catch {
      // A sleep fails only when all has ended.
    }
  };
  return {
    begin: (what) => {
      running.set(what, clock.now());
      if (running.size > 1) return;
      ending = new AbortController();
      messages.around = (print) => line.around(print);
      void watch(ending.signal);
    },
    end: (what) => {
      if (!running.delete(what)) return;
      line.clear();
      if (running.size === 0) stop();
    },
    [Symbol.dispose]: stop,
  };
}
