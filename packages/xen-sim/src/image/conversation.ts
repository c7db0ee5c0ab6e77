import type { Readable, Writable } from 'node:stream';
import { abortError, VmToolsError } from '@vm-tools/errors';
import type { PrecopyDecision } from '@vm-tools/xc-native';

/**
 * A long call as its caller sees it: the questions to the caller, and how the caller ends it. The rules are those of
 * xc-native's helper process. An abort answers all questions with 'abort' and cuts the stream, so that libxc fails in
 * good order by itself; a question that rejects does the same, and its error becomes that of the call.
 */
export class Conversation {
  readonly #what: string;
  readonly #signal: AbortSignal | undefined;
  readonly #cut = new AbortController();
  readonly #refusal = Promise.withResolvers<'abort'>();
  #deciding: Promise<void> = Promise.resolve();
  #failure: { readonly thrown: unknown } | undefined;

  /** @param what "saving domain 7", for the error of an abort */
  constructor(what: string, signal: AbortSignal | undefined) {
    this.#what = what;
    this.#signal = signal;
    this.#cut.signal.addEventListener('abort', () => this.#refusal.resolve('abort'));
  }

  /** Fires when the stream of the call is to be cut. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  /** Fires when the call is to end, or its stream is closed, for whatever reason. */
  stopOf(stream: Readable | Writable): AbortSignal {
    const closed = new AbortController();
    stream.once('close', () => closed.abort());
    return AbortSignal.any([closed.signal, this.#cut.signal]);
  }

  /** @returns the answer; 'abort' at once when the call is to end, though the caller may still be thinking */
  async ask(question: () => PrecopyDecision | Promise<PrecopyDecision>): Promise<PrecopyDecision> {
    if (this.#cut.signal.aborted) return 'abort';
    const answer = Promise.resolve().then(question);
    this.#deciding = answer.then(
      () => undefined,
      (thrown: unknown) => {
        this.#failure ??= { thrown };
        this.#cut.abort();
      },
    );
    return Promise.race([answer.catch(() => this.#refusal.promise), this.#refusal.promise]);
  }

  /** Asks whether to go on, where the helper does: before each call of libxc that takes long. */
  checkpoint(call: string): void {
    if (!this.#cut.signal.aborted) return;
    throw new VmToolsError({
      code: 'INTERRUPTED',
      kind: 'interrupted',
      message: `interrupted before ${call}`,
    });
  }

  /**
   * Does the work to its end, and settles when nothing of it goes on any more.
   *
   * @param needsStream an abort makes it fail even if libxc had finished: its stream was cut
   */
  async hold<T>(work: () => Promise<T>, { needsStream = false } = {}): Promise<T> {
    const signal = this.#signal;
    const onAbort = (): void => this.#cut.abort();
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const [outcome] = await Promise.allSettled([work()]);
    signal?.removeEventListener('abort', onAbort);
    await this.#deciding; // the caller's suspend must not outlive the save that asked for it

    if (this.#failure !== undefined) throw this.#failure.thrown;
    const isAborted = signal?.aborted === true;
    if (outcome.status === 'fulfilled' && !(needsStream && isAborted)) return outcome.value;
    const thrown: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
    if (!isAborted) throw thrown;
    throw abortError(signal, this.#what).with({ log: thrown instanceof VmToolsError ? thrown.log : [] });
  }
}

/** A caller that only looks at the stream gets the error there, and must not get an unhandled rejection. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
