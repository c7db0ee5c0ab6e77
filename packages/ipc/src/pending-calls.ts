import type { VmToolsError } from '@vm-tools/errors';
import { decodeError, type ErrorBody } from './error-body.ts';

/** How a call ends, on its way back, with the number that the caller gave it. */
export type Answer =
  | { readonly type: 'done'; readonly id: number; readonly result?: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorBody };

/** A message about a call in between: questions, progress. */
export interface MessageOfCall {
  readonly type: string;
  readonly id: number;
}

/** A call that waits for its answer, until it is disposed of. */
export interface PendingCall extends Disposable {
  readonly id: number;
  /** Rejects with the error as it was thrown there, or with that of a connection which has gone. */
  readonly answer: Promise<unknown>;
}

/** The calls of this side of a connection, each with a number of its own. */
export class PendingCalls<More extends MessageOfCall> {
  readonly #pending = new Map<
    number,
    PromiseWithResolvers<unknown> & { readonly onMore: (message: More) => void }
  >();
  #count = 0;
  #lost: VmToolsError | undefined;

  /** Why nothing can be called any more. */
  get lost(): VmToolsError | undefined {
    return this.#lost;
  }

  /**
   * A new call, which is still to be sent.
   *
   * @param onMore told what is said about it before the answer. @default paid no attention to
   * @throws VmToolsError what `lose` was told
   */
  open(onMore: (message: More) => void = () => undefined): PendingCall {
    if (this.#lost !== undefined) throw this.#lost;
    const id = (this.#count += 1);
    const answer = Promise.withResolvers<unknown>();
    answer.promise.catch(() => undefined); // it may come when its caller waits no more
    this.#pending.set(id, { ...answer, onMore });
    return { id, answer: answer.promise, [Symbol.dispose]: () => void this.#pending.delete(id) };
  }

  /** Takes what has come. For a call whose caller waits no more it is too late, and no mistake. */
  receive(message: Answer | More): void {
    const call = this.#pending.get(message.id);
    if (message.type === 'done') call?.resolve((message as Answer & { type: 'done' }).result);
    else if (message.type === 'failed')
      call?.reject(decodeError((message as Answer & { type: 'failed' }).error));
    else call?.onMore(message as More);
  }

  /** The connection has gone, and with it all calls. */
  lose(error: VmToolsError): void {
    this.#lost = error;
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
