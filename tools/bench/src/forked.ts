import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';

/** A part of an experiment in a process of its own, so that its memory is its own. */
export class Forked<News> implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @param program a file below this folder */
  constructor(program: string, words: readonly string[]) {
    this.#child = fork(join(import.meta.dirname, program), words);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null;
  }

  /** What it says next. @throws VmToolsError BENCH_FORKED when it ends without a word */
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
      const [news] = (await Promise.race([message, exit])) as [News];
      return news;
    } finally {
      exit.catch(() => undefined);
      message.catch(() => undefined);
      ended.abort();
    }
  }

  ask(): Promise<News> {
    this.#child.send('ask');
    return this.news();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await exit;
  }
}
