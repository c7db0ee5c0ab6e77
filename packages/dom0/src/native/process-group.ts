import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';

const LAST_WORDS_BYTES = 4096;
/** The first may come before pipes have been looked at. */
const QUIET_TURNS = 3;

/**
 * Waits for the end of a process that leads a group of its own. When the signal fires, what it has started ends with it.
 *
 * @returns its exit status; 128 and the number of the signal that has ended it
 * @throws the error of a process that could not be started
 */
export async function endOf(child: ChildProcess, stop: AbortSignal): Promise<number> {
  const end = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    const [code, name] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (name === null ? 0 : constants.signals[name]);
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/** The last lines of what a process writes. */
export class Hearing {
  lastWords = '';
  #characters = 0;

  add(text: string): void {
    this.#characters += text.length;
    this.lastWords = (this.lastWords + text).slice(-LAST_WORDS_BYTES);
  }

  /** Resolves when nothing more is on its way from a process that has ended. */
  async all(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      const before = this.#characters;
      await turn();
      quiet = this.#characters === before ? quiet + 1 : 0;
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}
