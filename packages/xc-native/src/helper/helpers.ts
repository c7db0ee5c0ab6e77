import { hasStream, type Job } from './messages.ts';
import type { SocketPair } from './socket-pair.ts';
import { startHelper, type HelperProcess } from './start.ts';

/** The next long call follows soon: a guest that was saved is destroyed, one that was built is saved. */
const IDLE_MS = 5_000;

/**
 * The helper processes of one Xen. To start one takes longer than most calls, so one that has done its job waits a
 * little for another; it does not keep this process alive, and ends with it.
 */
export class Helpers {
  readonly #path: string;
  readonly #pair: () => SocketPair;
  /** whose stream has been used */
  readonly #drained = new WeakSet<HelperProcess>();
  #idle: { readonly helper: HelperProcess; readonly timer: NodeJS.Timeout } | undefined;

  /**
   * @param path the file to start them with
   * @param pair makes one for the bytes of an image
   */
  constructor(path: string, pair: () => SocketPair) {
    this.#path = path;
    this.#pair = pair;
  }

  /** One that can do such a job. */
  take(withStream: boolean): HelperProcess {
    const idle = this.#idle;
    if (idle === undefined || (withStream && this.#drained.has(idle.helper)))
      return startHelper(this.#path, this.#pair());
    this.#forget();
    idle.helper.ref();
    return idle.helper;
  }

  /** Takes back one that has done its job. */
  keep(helper: HelperProcess, done: Job): void {
    if (hasStream(done)) this.#drained.add(helper);
    this.#idle?.helper.kill();
    this.#forget();
    const timer = setTimeout(() => void this.close(), IDLE_MS).unref();
    this.#idle = { helper, timer };
    helper.unref();
    void helper.ended.then(() => {
      if (this.#idle?.helper === helper) this.#forget();
    });
  }

  /** Resolves when none waits any more. It has nothing to put in order. */
  async close(): Promise<void> {
    const idle = this.#idle;
    this.#forget();
    idle?.helper.ref();
    idle?.helper.kill();
    await idle?.helper.ended;
  }

  #forget(): void {
    clearTimeout(this.#idle?.timer);
    this.#idle = undefined;
  }
}
