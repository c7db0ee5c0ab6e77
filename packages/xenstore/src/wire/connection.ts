import type { Duplex } from 'node:stream';
import { Timer, VmToolsError } from '@vm-tools/errors';
import { closedError, protocolError, refused } from '../errors.ts';
import { encodeMessage, MESSAGE_TYPE, MessageDecoder, type Message, type RequestName } from './message.ts';
import { joinPayload, readErrno, type RequestOptions } from './request.ts';
import { splitStrings } from './strings.ts';

interface PendingRequest {
  readonly name: RequestName;
  readonly path: string | undefined;
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: VmToolsError) => void;
}

/** The receiver of the events of one watch. */
export interface WatchListener {
  onEvent(path: string): void;
  onLost(error: VmToolsError): void;
}

/**
 * Requests and their replies over one stream. Requests do not wait for each other: xenstored answers them in order, and
 * the request id says which reply is whose. A failure of the stream itself ends the connection, and all callers that
 * wait get the reason.
 */
export class Connection {
  readonly #stream: Duplex;
  readonly #replyLimitMs: number;
  readonly #decoder = new MessageDecoder();
  readonly #pending = new Map<number, PendingRequest>();
  readonly #watches = new Map<string, WatchListener>();
  #lastId = 0;
  #failure: VmToolsError | undefined;
  #watchdog: Timer | undefined;

  /** @param replyLimitMs how long xenstored may be silent while a reply is due */
  constructor(stream: Duplex, replyLimitMs: number) {
    this.#stream = stream;
    this.#replyLimitMs = replyLimitMs;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.once('error', (error) => this.#fail(closedError(error)));
    stream.once('end', () => this.#fail(closedError()));
    stream.once('close', () => this.#fail(closedError()));
    stream.on('error', () => undefined); // later ones say nothing new
  }

  /** Sends a request and gives the payload of its reply. */
  async request(
    name: RequestName,
    parts: readonly Uint8Array[],
    options: RequestOptions = {},
  ): Promise<Buffer> {
    const { transactionId = 0, path } = options;
    const payload = joinPayload(name, parts, path);
    if (this.#failure !== undefined) throw this.#failure;
    const requestId = this.#freeId();
    return new Promise((resolve, reject) => {
      this.#pending.set(requestId, { name, path, resolve, reject });
      this.#watchdog ??= new Timer(this.#replyLimitMs, () => this.#fail(this.#silenceError()));
      this.#sendSoon(encodeMessage({ type: MESSAGE_TYPE[name], requestId, transactionId, payload }));
    });
  }

  /** Requests made at once go out together: questions about a thousand domains are not a thousand system calls. */
  #sendSoon(message: Buffer): void {
    if (this.#stream.writableCorked === 0) {
      this.#stream.cork();
      process.nextTick(() => this.#stream.uncork());
    }
    this.#stream.write(message);
  }

  /** Events that carry this token go to this listener, until `forget`. */
  listen(token: string, listener: WatchListener): void {
    this.#watches.set(token, listener);
  }

  forget(token: string): void {
    this.#watches.delete(token);
  }

  /** Ends the connection; a caller that still waits gets XENSTORE_CLOSED. */
  async close(): Promise<void> {
    this.#fail(closedError());
    if (this.#stream.closed) return;
    await new Promise((resolve) => this.#stream.once('close', resolve));
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#watchdog?.restart();
    try {
      for (const message of this.#decoder.push(chunk)) {
        if (message.type === MESSAGE_TYPE.WATCH_EVENT) this.#dispatchEvent(message);
        else this.#settle(message);
      }
    } catch (error) {
      this.#fail(error instanceof VmToolsError ? error : protocolError(String(error)));
    }
  }

  #dispatchEvent({ payload }: Message): void {
    const [path, token] = splitStrings(payload);
    if (path === undefined || token === undefined) throw protocolError('a watch event has no path and token');
    this.#watches.get(token)?.onEvent(path); // no listener: it crossed the UNWATCH on its way
  }

  #settle({ type, requestId, payload }: Message): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined)
      throw protocolError(`xenstored replied to a request ${requestId} that is not open`);
    const { name, path, resolve, reject } = pending;
    if (type !== MESSAGE_TYPE.ERROR && type !== MESSAGE_TYPE[name]) {
      throw protocolError(`xenstored replied to ${name} with a message of type ${type}`);
    }
    const errno = type === MESSAGE_TYPE.ERROR ? readErrno(payload) : undefined;
    this.#pending.delete(requestId);
    if (this.#pending.size === 0) this.#stopWatchdog();
    if (errno === undefined) resolve(payload);
    else reject(refused(name, errno, path));
  }

  #fail(error: VmToolsError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#stopWatchdog();
    for (const { reject } of this.#pending.values()) reject(error);
    for (const listener of this.#watches.values()) listener.onLost(error);
    this.#pending.clear();
    this.#watches.clear();
    this.#stream.destroy();
  }

  #stopWatchdog(): void {
    this.#watchdog?.stop();
    this.#watchdog = undefined;
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#pending.has(this.#lastId));
    return this.#lastId;
  }

  #silenceError(): VmToolsError {
    const [first] = this.#pending.values();
    return new VmToolsError({
      code: 'XENSTORE_NO_REPLY',
      kind: 'timeout',
      message: `xenstored has not answered ${first?.name ?? 'a request'} within ${this.#replyLimitMs} ms`,
      hint: 'see whether xenstored runs and is not stopped: systemctl status xenstored',
      details: { request: first?.name, path: first?.path, limitMs: this.#replyLimitMs },
    });
  }
}
