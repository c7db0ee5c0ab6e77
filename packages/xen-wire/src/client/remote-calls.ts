import type { VmToolsError } from '@vm-tools/errors';
import { within } from '@vm-tools/errors';
import { decodeError, type Channel } from '@vm-tools/ipc';
import { CALLS, type LongCallName, type ShortCallName } from '../protocol/calls.ts';
import { connectionLost, parseWith } from '../protocol/errors.ts';
import { serverMessage, type ClientMessage, type ServerMessage } from '../protocol/messages.ts';
import { RemoteCall, type RemoteCallOptions } from './remote-call.ts';

/** Whoever waits for messages about a call. */
interface Pending {
  receive(message: ServerMessage): void;
  lose(error: VmToolsError): void;
}

/** All calls over one connection. */
export class RemoteCalls {
  readonly #channel: Channel;
  readonly #shortCallMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #closed = Promise.withResolvers<undefined>();
  #lastId = 0;
  #lost: VmToolsError | undefined;

  constructor(channel: Channel, shortCallMs: number) {
    this.#channel = channel;
    this.#shortCallMs = shortCallMs;
    channel.open(
      (value) => this.#receive(value),
      (cause) => this.#lose(connectionLost(cause)),
    );
  }

  /** @throws what the call throws there; XEN_WIRE_LOST, XEN_WIRE_TIMEOUT, XEN_WIRE_PROTOCOL */
  async short(name: ShortCallName, args: unknown[]): Promise<unknown> {
    const id = this.#nextId();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const pending: Pending = {
      receive(message) {
        if (message.type === 'done') resolve(message.result);
        else if (message.type === 'failed') reject(decodeError(message.error));
      },
      lose: reject,
    };
    const message = `waited ${this.#shortCallMs} ms for the answer to ${name}`;
    const late = { code: 'XEN_WIRE_TIMEOUT', message, details: { call: name } };
    const result = await this.#during(id, pending, () => {
      this.#send({ type: 'call', id, call: name, args });
      return within(promise, this.#shortCallMs, late);
    });
    return parseWith<unknown>(CALLS[name].result, result, `the answer to ${name}`);
  }

  async long(name: LongCallName, args: unknown[], options: RemoteCallOptions): Promise<unknown> {
    const id = this.#nextId();
    const call = new RemoteCall(id, name, (message) => this.#send(message), options);
    const result = await this.#during(id, call, () => call.run(args));
    return parseWith<unknown>(CALLS[name].result, result, `the answer to ${name}`);
  }

  async close(): Promise<void> {
    this.#channel.close();
    await this.#closed.promise;
  }

  #nextId(): number {
    if (this.#lost !== undefined) throw this.#lost;
    return ++this.#lastId;
  }

  async #during(id: number, pending: Pending, work: () => Promise<unknown>): Promise<unknown> {
    this.#pending.set(id, pending);
    try {
      return await work();
    } finally {
      this.#pending.delete(id);
    }
  }

  #send(message: ClientMessage): void {
    this.#channel.send(message);
  }

  /** What comes for a call that nobody waits for any more is too late. */
  #receive(value: unknown): void {
    const message = parseWith(serverMessage, value, 'a message');
    this.#pending.get(message.id)?.receive(message);
  }

  #lose(error: VmToolsError): void {
    this.#lost = error;
    for (const pending of this.#pending.values()) pending.lose(error);
    this.#closed.resolve(undefined);
  }
}
