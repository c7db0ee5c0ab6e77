import { within } from '@vm-tools/errors';
import { PendingCalls, type Channel } from '@vm-tools/ipc/calls';
import { CALLS, type CallName, type LongCallName, type ShortCallName } from '../protocol/calls.ts';
import { connectionLost, parseWith } from '../protocol/errors.ts';
import { serverMessage, type AboutCall } from '../protocol/messages.ts';
import { RemoteCall, type RemoteCallOptions } from './remote-call.ts';

/** All calls over one connection. */
export class RemoteCalls {
  readonly #channel: Channel;
  readonly #shortCallMs: number;
  readonly #calls = new PendingCalls<AboutCall>();
  readonly #closed = Promise.withResolvers<undefined>();

  constructor(channel: Channel, shortCallMs: number) {
    this.#channel = channel;
    this.#shortCallMs = shortCallMs;
    channel.open(
      (value) => this.#calls.receive(parseWith(serverMessage, value, 'a message')),
      (cause) => {
        this.#calls.lose(connectionLost(cause));
        this.#closed.resolve(undefined);
      },
    );
  }

  /** @throws what the call throws there; XEN_WIRE_LOST, XEN_WIRE_TIMEOUT, XEN_WIRE_PROTOCOL */
  async short(name: ShortCallName, args: unknown[]): Promise<unknown> {
    using call = this.#calls.open();
    this.#channel.send({ type: 'call', id: call.id, call: name, args });
    const message = `waited ${this.#shortCallMs} ms for the answer to ${name}`;
    const late = { code: 'XEN_WIRE_TIMEOUT', message, details: { call: name } };
    return asResult(name, await within(call.answer, this.#shortCallMs, late));
  }

  async long(name: LongCallName, args: unknown[], options: RemoteCallOptions): Promise<unknown> {
    const call = new RemoteCall(this.#calls, (message) => this.#channel.send(message), options);
    return asResult(name, await call.run(name, args));
  }

  async close(): Promise<void> {
    this.#channel.close();
    await this.#closed.promise;
  }
}

function asResult(name: CallName, result: unknown): unknown {
  return parseWith<unknown>(CALLS[name].result, result, `the answer to ${name}`);
}
