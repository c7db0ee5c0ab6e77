import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { VmToolsError, within } from '@vm-tools/errors';

/** Of the longest step of an experiment on a slow machine. */
const NEWS_LIMIT_MS = 1_800_000;

/** A part of an experiment in a process of its own, so that its memory is its own. */
export class Forked<News> implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @param program a file below this folder */
  constructor(program: string, words: readonly string[]) {
    this.#child = fork(join(import.meta.dirname, program), words);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null;
  }

  /** Its next message. @throws VmToolsError BENCH_FORKED when it ends without one, or takes too long */
  async news(): Promise<News> {
    const ended = new AbortController();
    const exit = once(this.#child, 'exit', { signal: ended.signal }).then(([status]) => {
      throw new VmToolsError({
        code: 'BENCH_FORKED',
        message: `a process of the bench ended with ${status}`,
      });
    });
    const message = once(this.#child, 'message', { signal: ended.signal });
    try {
      const late = { code: 'BENCH_FORKED', message: 'a process of the bench says nothing' };
      const [news] = (await within(Promise.race([message, exit]), NEWS_LIMIT_MS, late)) as [News];
      return news;
    } finally {
      exit.catch(() => undefined);
      message.catch(() => undefined);
      ended.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await exit;
  }
}
