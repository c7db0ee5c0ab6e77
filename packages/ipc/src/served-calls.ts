import type { VmToolsError } from '@vm-tools/errors';
import { encodeError } from './error-body.ts';
import type { Answer } from './pending-calls.ts';

interface ServedCall {
  readonly abort: AbortController;
  ended: Promise<void>;
}

/** The calls of the other side of a connection: each is answered once, with its result or its error. */
export class ServedCalls {
  readonly #send: (answer: Answer) => void;
  readonly #calls = new Map<number, ServedCall>();

  /** @param send throws for what is too long to be sent */
  constructor(send: (answer: Answer) => void) {
    this.#send = send;
  }

  /** those under way */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Runs a call and answers it.
   *
   * @param work its signal fires when the call is to end, and when it has ended
   * @returns whether it runs: not when there is one of this number already
   */
  start(id: number, work: (signal: AbortSignal) => Promise<unknown>): boolean {
    if (this.#calls.has(id)) return false;
    const abort = new AbortController();
    const call: ServedCall = { abort, ended: Promise.resolve() };
    this.#calls.set(id, call);
    call.ended = work(abort.signal)
      .then(
        (result) => this.#answer({ type: 'done', id, result }),
        (error: unknown) => this.#answer({ type: 'failed', id, error: encodeError(error) }),
      )
      .finally(() => {
        this.#calls.delete(id);
        abort.abort();
      });
    return true;
  }

  /** Ends a call. One that has just ended was aborted before the other side knew, and that is no mistake. */
  abort(id: number, reason?: VmToolsError): void {
    this.#calls.get(id)?.abort.abort(reason);
  }

  /** Ends all that is under way: the other side has gone. */
  abortAll(reason: VmToolsError): void {
    for (const { abort } of this.#calls.values()) abort.abort(reason);
  }

  /** Resolves when nothing is under way of what was when it was asked. */
  async ended(): Promise<void> {
    await Promise.all([...this.#calls.values()].map((call) => call.ended));
  }

  /** An answer that is too long to be sent is a failure, too. */
  #answer(answer: Answer): void {
    try {
      this.#send(answer);
    } catch (thrown) {
      this.#send({ type: 'failed', id: answer.id, error: encodeError(thrown) });
    }
  }
}
