import { abortError, type VmToolsError } from '@vm-tools/errors';
import type { Connection } from '../wire/connection.ts';
import { checkPath } from '../wire/request.ts';
import { nulTerminated } from '../wire/strings.ts';
import { WatchQueue } from './watch-queue.ts';

/**
 * Paths at or below the watched one that may have changed, oldest first; the first one comes at once, for the state
 * that was there when the watch was registered. Unread events about the same path are one. `next()` rejects when the
 * connection is lost (XENSTORE_CLOSED), or the signal fires (INTERRUPTED).
 */
export interface Watch extends AsyncIterableIterator<string, undefined>, AsyncDisposable {
  return(): Promise<IteratorResult<string, undefined>>;
}

/** Registers a watch at once; it ends with `return()`, with the signal, or with the connection. */
export function openWatch(connection: Connection, token: string, path: string, signal?: AbortSignal): Watch {
  return new StoreWatch(connection, token, path, signal);
}

class StoreWatch implements Watch {
  readonly #connection: Connection;
  readonly #path: string;
  /** Its own, so that several watches on one path do not take each other's events, or each other's end. */
  readonly #token: string;
  readonly #queue: WatchQueue;
  readonly #registered: Promise<unknown>;
  readonly #stopListening: () => void;
  #news = Promise.withResolvers<unknown>();
  #failure: VmToolsError | undefined;
  #ended: Promise<void> | undefined;

  constructor(connection: Connection, token: string, path: string, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#path = path;
    this.#token = token;
    this.#queue = new WatchQueue(path);
    const onAbort = (): void => {
      this.#lose(abortError(signal as AbortSignal, `watching ${path}`));
      void this.return();
    };
    this.#stopListening = () => signal?.removeEventListener('abort', onAbort);
    this.#registered = this.#register();
    this.#registered.catch(() => undefined); // next() says it
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  async #register(): Promise<void> {
    checkPath('WATCH', this.#path);
    this.#connection.listen(this.#token, {
      onEvent: (path) => {
        this.#queue.push(path);
        this.#wake();
      },
      onLost: (error) => this.#lose(error),
    });
    const parts = [nulTerminated(this.#path), nulTerminated(this.#token)];
    await this.#connection.request('WATCH', parts, { path: this.#path });
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended !== undefined) return { done: true, value: undefined };
      const news = this.#news.promise;
      await this.#registered;
      const path = this.#queue.shift();
      if (path !== undefined) return { done: false, value: path };
      await news;
    }
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    this.#ended ??= this.#unregister();
    this.#wake();
    await this.#ended;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #unregister(): Promise<void> {
    this.#stopListening();
    this.#connection.forget(this.#token);
    try {
      await this.#registered;
      const parts = [nulTerminated(this.#path), nulTerminated(this.#token)];
      await this.#connection.request('UNWATCH', parts, { path: this.#path });
    } catch {
      // It was never registered, or the connection has gone and has taken the watch along: it is not there.
    }
  }

  #lose(error: VmToolsError): void {
    this.#failure ??= error;
    this.#wake();
  }

  #wake(): void {
    this.#news.resolve(undefined);
    this.#news = Promise.withResolvers();
  }
}
