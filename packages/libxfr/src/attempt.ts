import { abortError } from '@vm-tools/errors';
import type { VmToolsError } from '@vm-tools/errors';
import { asVmToolsError } from './protocol/remote-error.ts';

/**
 * Work of which several parts can fail at once: when a link breaks, its reader, its writer and the save in between
 * all complain, and only the first knows why. The first cause aborts the rest and is the one that is told.
 */
export class Attempt implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort: () => void;

  /** @param what is being done, to complete "interrupted while ..." */
  constructor(outer: AbortSignal | undefined, what: string) {
    this.#outer = outer;
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
    this.#controller.abort(asVmToolsError(thrown));
  }

  /** Why it failed: the first cause, or else what was thrown now. */
  cause(thrown: unknown): VmToolsError {
    this.fail(thrown);
    return this.signal.reason as VmToolsError;
  }

  [Symbol.dispose](): void {
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }
}
