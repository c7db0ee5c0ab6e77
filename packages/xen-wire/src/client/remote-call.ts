import { abortError, Timer, VmToolsError } from '@vm-tools/errors';
import { encodeError, type ErrorBody } from '@vm-tools/ipc';
import type { PendingCalls } from '@vm-tools/ipc/calls';
import type { LongCallOptions, PrecopyDecision } from '@vm-tools/xc-native';
import type { LongCallName } from '../protocol/calls.ts';
import type { AboutCall, ClientMessage, Question } from '../protocol/messages.ts';

export interface RemoteCallOptions extends LongCallOptions {
  /** "saving domain 7", for the error of an abort */
  readonly what: string;
  /** Answers suspend and precopy. A rejection ends the call with that very error. */
  readonly decide?: (question: Question) => PrecopyDecision | Promise<PrecopyDecision>;
  /** Told how to bring a connection for the bytes of the image. Rejects when there is none, or it breaks. */
  readonly attach?: (token: string) => Promise<void>;
  /** How long the server may take to confirm that an aborted call has ended. */
  readonly abortGraceMs: number;
}

/** Those whose bytes the caller reads. */
const IS_READ: ReadonlySet<LongCallName> = new Set(['domainSave', 'domainDumpcore']);

type Outcome = { readonly result: unknown } | { readonly error: VmToolsError };

/** A long call from its start to its end, with what is asked and said in between. */
export class RemoteCall {
  readonly #calls: PendingCalls<AboutCall>;
  readonly #send: (message: ClientMessage) => void;
  readonly #options: RemoteCallOptions;
  readonly #overdue = Promise.withResolvers<never>();
  #id = 0;
  /** of ours: an answer that was refused */
  #failure: Error | undefined;
  #deciding: Promise<void> | undefined;
  #graceTimer: Timer | undefined;
  #isOver = false;

  constructor(
    calls: PendingCalls<AboutCall>,
    send: (message: ClientMessage) => void,
    options: RemoteCallOptions,
  ) {
    this.#calls = calls;
    this.#send = send;
    this.#options = options;
  }

  async run(name: LongCallName, args: unknown[]): Promise<unknown> {
    const { signal, what } = this.#options;
    using call = this.#calls.open((message) => this.#receive(message));
    const id = (this.#id = call.id);
    if (signal?.aborted === true) throw abortError(signal, what);
    const onAbort = (): void => this.#stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#send({ type: 'call', id, call: name, args });
      const outcome = await Promise.race([call.answer, this.#overdue.promise]).then(
        (result) => ({ result }),
        (error: unknown) => ({ error: error as VmToolsError }),
      );
      return this.#judge(name, outcome);
    } finally {
      await this.#deciding; // the caller's suspend must not outlive the save that asked for it
      signal?.removeEventListener('abort', onAbort);
      this.#graceTimer?.stop();
      this.#isOver = true;
    }
  }

  #receive(message: AboutCall): void {
    if (message.type === 'log') this.#options.onLog?.(message.line);
    else if (message.type === 'attach') this.#attach(message.token);
    else this.#deciding = this.#decide(message);
  }

  /** The same order as in the native one: our own cause, then the abort, then theirs. */
  #judge(name: LongCallName, outcome: Outcome): unknown {
    const { signal, what } = this.#options;
    if (this.#failure !== undefined) throw this.#failure;
    const isAborted = signal?.aborted === true;
    if ('error' in outcome) {
      if (!isAborted || outcome.error === this.#calls.lost) throw outcome.error;
      const { log, leftovers } = outcome.error;
      throw abortError(signal, what).with({ log, leftovers });
    }
    // Xen may have finished all the same; but what a reader has given up is not whole.
    if (isAborted && IS_READ.has(name)) throw abortError(signal, what);
    return outcome.result;
  }

  async #decide(question: Question): Promise<void> {
    const { decide, signal, what } = this.#options;
    const id = this.#id;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      if (signal?.aborted === true) {
        this.#refuse(abortError(signal, what));
        return;
      }
      const decision = (await decide?.(question)) ?? 'abort';
      this.#send({ type: 'answer', id, decision });
    } catch (error) {
      this.#failure ??= error as Error;
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    this.#send({ type: 'refuse', id: this.#id, error: encodeError(error) });
    this.#limitEnd();
  }

  #attach(token: string): void {
    // The server may just have closed it because the call has ended: then it knows the cause better, and says so.
    this.#options.attach?.(token).catch((error: unknown) => this.#stop({ reason: encodeError(error) }));
  }

  #stop(why: { readonly reason?: ErrorBody } = {}): void {
    if (this.#isOver) return;
    this.#send({ type: 'abort', id: this.#id, ...why });
    this.#limitEnd();
  }

  /** From now on it is to end, and not when it likes. */
  #limitEnd(): void {
    const { abortGraceMs, what } = this.#options;
    this.#graceTimer ??= new Timer(abortGraceMs, () => {
      const leftovers = [`the other end did not say within ${abortGraceMs} ms that it has stopped ${what}`];
      const message = `waited ${abortGraceMs} ms for the end of ${what}`;
      const hint = 'see whether the server of Xen still runs, then list the domains';
      const late = { code: 'XEN_WIRE_TIMEOUT', kind: 'timeout', message, hint, leftovers } as const;
      this.#overdue.reject(new VmToolsError(late));
    });
  }
}
