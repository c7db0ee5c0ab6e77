import type { Duplex } from 'node:stream';
import {
  encodeMessage,
  MESSAGE_TYPE,
  MessageDecoder,
  type Message,
  type RequestName,
} from '../wire/message.ts';

/** A client that sends any bytes as given, and keeps all replies and events in the order in which they come. */
export class WireClient {
  readonly #stream: Duplex;
  readonly #heard: Message[] = [];
  #news = Promise.withResolvers<undefined>();

  constructor(stream: Duplex) {
    this.#stream = stream;
    const decoder = new MessageDecoder();
    stream.on('data', (chunk: Buffer) => {
      this.#heard.push(...decoder.push(chunk));
      this.#news.resolve(undefined);
      this.#news = Promise.withResolvers();
    });
  }

  /** The payload of the reply without a NUL at its end, or the name of an errno; and the events before it. */
  async ask(
    name: RequestName,
    payload: readonly string[],
    transactionId = 0,
  ): Promise<{ reply: string; events: string[] }> {
    // The value of WRITE has no NUL at its end.
    const text = payload.join('\0') + (name === 'WRITE' ? '' : '\0');
    const request = { type: MESSAGE_TYPE[name], requestId: 1, transactionId, payload: Buffer.from(text) };
    this.#stream.write(encodeMessage(request));
    const isReply = ({ type }: Message): boolean => type !== MESSAGE_TYPE.WATCH_EVENT;
    while (!this.#heard.some(isReply)) await this.#news.promise;
    const messages = this.#heard.splice(0, this.#heard.findIndex(isReply) + 1);
    const [reply = '', ...events] = messages.map((message) => textOf(message)).reverse();
    return { reply, events: events.reverse() };
  }

  /** The events since the last reply. */
  async events(): Promise<string[]> {
    return (await this.ask('GET_DOMAIN_PATH', ['0'])).events;
  }
}

/** Strings one behind the other, with spaces between them. */
function textOf({ payload }: Message): string {
  return payload.toString().replace(/\0$/, '').replaceAll('\0', ' ');
}
