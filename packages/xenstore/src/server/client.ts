import type { Duplex } from 'node:stream';
import {
  encodeMessage,
  MAX_PAYLOAD_BYTES,
  MESSAGE_TYPE,
  MessageDecoder,
  type Message,
} from '../wire/message.ts';
import { domainPath } from './tree/path.ts';
import { QUOTA } from './tree/quota.ts';
import type { TransactionView } from './tree/transaction-view.ts';
import type { RegisteredWatch } from './tree/watch-table.ts';

/** Serves one request; gives a promise when it has to wait for something. */
type Answer = (request: Message) => Promise<void> | undefined;

const MAX_REQUESTS_WAITING = 256;

/** One connection, with the state to drop when it ends. */
export class Client {
  readonly domid: number;
  readonly transactions = new Map<number, TransactionView>();
  /** by path and token */
  readonly watches = new Map<string, RegisteredWatch>();
  readonly #stream: Duplex;
  readonly #ended = new AbortController();
  readonly #requests: Message[] = [];
  /** events that have been written and not fetched */
  readonly #unsent = new Set<string>();
  #isAnswering = false;
  #lastTransactionId = 0;

  constructor(stream: Duplex, domid: number) {
    this.#stream = stream;
    this.domid = domid;
    stream.on('error', () => undefined); // the end of the connection is all that matters
    stream.on('close', () => this.#ended.abort());
  }

  /** Fires when the connection has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Hands out each message when the one before has been answered; and reads no more while replies that the client does
   * not fetch would pile up here. A client that sends nonsense is dropped.
   */
  serve(answer: Answer): void {
    const decoder = new MessageDecoder();
    this.#stream.on('data', (chunk: Buffer) => {
      try {
        this.#requests.push(...decoder.push(chunk));
      } catch (error) {
        this.close(error as Error);
      }
      void this.#answerAll(answer);
      this.#flow();
    });
    this.#stream.on('drain', () => this.#flow());
    this.#stream.on('end', () => {
      // An answer that is still waited for is for a client that has gone.
      if (this.#isAnswering) this.close();
      else this.#stream.end(() => this.close());
      this.#ended.abort();
    });
  }

  send(message: Message): void {
    this.#write(message, () => undefined);
  }

  /**
   * The path as the client knows it. An event that the client has not fetched yet is not sent again: when it does, it
   * will see both changes. A guest that leaves too many unread loses the rest.
   */
  sendEvent({ token, isRelative }: RegisteredWatch, path: string): void {
    const shown = isRelative ? path.slice(domainPath(this.domid).length + 1) : path;
    const event = `${shown}\0${token}\0`;
    if (event.length > MAX_PAYLOAD_BYTES) return; // no client could read it
    if (this.domid !== 0 && this.#stream.writableLength > QUOTA.unsentBytes) return;
    if (!path.startsWith('@') && this.#unsent.has(event)) return; // each domain that comes or goes is news
    this.#unsent.add(event);
    const payload = Buffer.from(event, 'latin1');
    this.#write({ type: MESSAGE_TYPE.WATCH_EVENT, requestId: 0, transactionId: 0, payload }, () =>
      this.#unsent.delete(event),
    );
  }

  newTransactionId(): number {
    do this.#lastTransactionId = (this.#lastTransactionId + 1) >>> 0;
    while (this.#lastTransactionId === 0 || this.transactions.has(this.#lastTransactionId));
    return this.#lastTransactionId;
  }

  close(error?: Error): void {
    this.#ended.abort();
    this.#stream.destroy(error);
  }

  async #answerAll(answer: Answer): Promise<void> {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    // A client that asks about a thousand domains at once gets the answers together, and not by a thousand system
    // calls.
    this.#stream.cork();
    try {
      for (let request = this.#requests.shift(); request; request = this.#requests.shift()) {
        const answered = answer(request);
        if (answered !== undefined) {
          this.#stream.uncork();
          await answered;
          this.#stream.cork();
        }
        if (this.signal.aborted) return;
      }
    } catch (error) {
      this.close(error as Error);
    } finally {
      this.#stream.uncork();
    }
    this.#isAnswering = false;
    this.#flow();
  }

  #flow(): void {
    const isFull = this.#stream.writableNeedDrain || this.#requests.length >= MAX_REQUESTS_WAITING;
    if (isFull) this.#stream.pause();
    else this.#stream.resume();
  }

  #write(message: Message, onSent: () => void): void {
    if (this.#stream.writable) this.#stream.write(encodeMessage(message), onSent);
  }
}
