import type { Duplex } from 'node:stream';
import type { Dom0 } from '@vm-tools/dom0';
import { within } from '@vm-tools/errors';
import { Channel, readHello, ServedCalls, writeHello } from '@vm-tools/ipc/calls';
import { connectionLost, HELLO_ERRORS, parseWith, protocolError } from '../protocol/errors.ts';
import type { ServeOptions } from '../server/serve-xen.ts';
import { DOM0_CALLS, type Dom0CallName } from './dom0-calls.ts';
import { DOM0_WIRE_VERSION, dom0ClientMessage, dom0Hello, LONGEST_DOM0_BYTES } from './dom0-messages.ts';

/** A `Dom0` for other processes: any number of clients, each with one connection. */
export class Dom0Server {
  readonly #dom0: Dom0;
  readonly #helloMs: number;
  readonly #closeMs: number;
  readonly #connections = new Set<Duplex>();
  readonly #clients = new Set<ServedCalls>();
  #isClosed = false;

  constructor(dom0: Dom0, { helloMs = 30_000, closeMs = 60_000 }: ServeOptions) {
    this.#dom0 = dom0;
    this.#helloMs = helloMs;
    this.#closeMs = closeMs;
  }

  /** Serves a connection until either side ends it. A broken one is closed, and its calls are aborted. */
  accept(connection: Duplex): void {
    this.#connections.add(connection);
    connection.on('error', () => undefined).once('close', () => this.#connections.delete(connection));
    if (this.#isClosed) connection.destroy();
    else this.#greet(connection).catch(() => connection.destroy());
  }

  /**
   * Ends all connections and waits for the calls under way to end, which are aborted.
   * @throws VmToolsError XEN_WIRE_TIMEOUT
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.destroy();
    const ended = Promise.all([...this.#clients].map((calls) => calls.ended()));
    const message = `waited ${this.#closeMs} ms for the calls under way to end`;
    await within(ended, this.#closeMs, { code: 'XEN_WIRE_TIMEOUT', message });
  }

  async #greet(connection: Duplex): Promise<void> {
    const options = { limitMs: this.#helloMs, ...HELLO_ERRORS };
    const { dom0Wire } = parseWith(dom0Hello, await readHello(connection, options), 'the first line');
    await writeHello(connection, { dom0Wire: DOM0_WIRE_VERSION }, options);
    if (dom0Wire === DOM0_WIRE_VERSION) this.#serve(connection);
    else connection.end();
  }

  #serve(connection: Duplex): void {
    const channel = new Channel(connection, {
      sendBytes: LONGEST_DOM0_BYTES,
      receiveBytes: LONGEST_DOM0_BYTES,
      broken: protocolError,
    });
    const calls = new ServedCalls((answer) => channel.send(answer));
    this.#clients.add(calls);
    channel.open(
      (value) => this.#receive(calls, value),
      (cause) => {
        calls.abortAll(connectionLost(cause));
        void calls.ended().then(() => this.#clients.delete(calls));
      },
    );
  }

  #receive(calls: ServedCalls, value: unknown): void {
    const message = parseWith(dom0ClientMessage, value, 'a message');
    const { id } = message;
    if (message.type === 'abort') {
      calls.abort(id);
      return;
    }
    const { call, args } = message;
    if (!calls.start(id, (signal) => this.#run(call, args, signal)))
      throw protocolError(`there is a call ${id} already`);
  }

  async #run(name: Dom0CallName, args: unknown[], signal: AbortSignal): Promise<unknown> {
    const given = parseWith<unknown[]>(DOM0_CALLS[name].args, args, `the call ${name}`);
    // What takes a while takes a signal last; the others take no notice of it.
    return (this.#dom0[name] as (...args: unknown[]) => Promise<unknown>)(...given, { signal });
  }
}

/** Makes a `Dom0` available to other processes: give each connection to `accept`. */
export function serveDom0(dom0: Dom0, options: ServeOptions = {}): Dom0Server {
  return new Dom0Server(dom0, options);
}
