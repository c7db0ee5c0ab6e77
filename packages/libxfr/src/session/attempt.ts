import { abortError, type VmToolsError } from '@vm-tools/errors';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { inContext, type ErrorContext } from './error-context.ts';

/**
 * Work of which several parts can fail at once: when a link breaks, its reader, its writer and the save in between all
 * complain, and only the first knows why. The first cause aborts the rest and is the one that is reported.
 */
export class Attempt implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #context: ErrorContext;
  readonly #onAbort: () => void;

  /**
   * @param what is being done, to complete "interrupted while ..."
   * @param context added to a failure that does not say its side and phase itself
   */
  constructor(outer: AbortSignal | undefined, what: string, context: ErrorContext) {
    this.#outer = outer;
    this.#context = context;
    this.#onAbort = () => {
      if (outer === undefined) return;
      const error = abortError(outer, what);
      this.fail(error.with({ hint: error.hint ?? 'begin again when it suits' }));
    };
    if (outer?.aborted) this.#onAbort();
    outer?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Fires at the first failure, with it as its reason, always a VmToolsError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  fail(thrown: unknown): void {
    this.#controller.abort(inContext(thrown, this.#context));
  }

  /**
   * Why it failed: the first cause, or else what was thrown now. A first cause that came from the other end has the
   * words of the libxc there behind it; those of the libxc here are in what was thrown when it was stopped.
   */
  cause(thrown: unknown): VmToolsError {
    this.fail(thrown);
    const first = this.signal.reason as VmToolsError;
    const { log } = asVmToolsError(thrown);
    return first.log.length === 0 && log.length > 0 ? first.with({ log }) : first;
  }

  [Symbol.dispose](): void {
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }
}
