import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { within, type VmToolsError } from '@vm-tools/errors';
import { Channel, readHello, writeHello, type HelloOptions } from '@vm-tools/ipc/calls';
import type { Xen } from '@vm-tools/xc-native';
import { connectionLost, HELLO_ERRORS, parseWith, protocolError } from '../protocol/errors.ts';
import {
  clientHello,
  LONGEST_ANSWER_BYTES,
  LONGEST_REQUEST_BYTES,
  WIRE_VERSION,
} from '../protocol/messages.ts';
import { ServedClient } from './served-client.ts';

/** The time limits of clients and of their calls. */
export interface ServeOptions {
  /** How long a new connection may take to say what it is for. @default 30 000 */
  readonly helloMs?: number;
  /** How long calls may take to end when the server closes. @default 60 000, longer than a helper of libxc may take */
  readonly closeMs?: number;
}

/** A `Xen` for other processes: any number of clients, each with a connection for its calls and one for each image. */
export class XenServer {
  readonly #xen: Xen;
  readonly #hello: HelloOptions;
  readonly #closeMs: number;
  readonly #connections = new Set<Duplex>();
  readonly #clients = new Set<ServedClient>();
  /** Calls that wait for the connection of their image, by token. */
  readonly #awaited = new Map<string, (data: Duplex) => void>();
  #isClosed = false;

  constructor(xen: Xen, options: ServeOptions) {
    this.#xen = xen;
    this.#hello = { limitMs: options.helloMs ?? 30_000, ...HELLO_ERRORS };
    this.#closeMs = options.closeMs ?? 60_000;
  }

  /** Serves a connection until either side ends it. A broken one is closed, and its calls are aborted. */
  accept(connection: Duplex): void {
    this.#connections.add(connection);
    connection.on('error', () => undefined).once('close', () => this.#connections.delete(connection));
    if (this.#isClosed) connection.destroy();
    else this.#greet(connection).catch(() => connection.destroy());
  }

  /**
   * Ends all connections and waits for the calls under way to end, which are aborted. The `Xen` stays open: it is not
   * this server's own.
   * @throws VmToolsError XEN_WIRE_TIMEOUT
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.destroy();
    const ended = Promise.all([...this.#clients].map((client) => client.ended()));
    const message = `waited ${this.#closeMs} ms for the calls under way to end`;
    await within(ended, this.#closeMs, { code: 'XEN_WIRE_TIMEOUT', message });
  }

  async #greet(connection: Duplex): Promise<void> {
    const hello = parseWith(clientHello, await readHello(connection, this.#hello), 'the first line');
    const isKnown = hello.xenWire === WIRE_VERSION;
    if (isKnown && hello.attach !== undefined) {
      this.#attach(hello.attach, connection);
      return;
    }
    await writeHello(connection, { xenWire: WIRE_VERSION, version: this.#xen.version }, this.#hello);
    if (isKnown) this.#serve(connection);
    else connection.end();
  }

  #serve(connection: Duplex): void {
    const channel = new Channel(connection, {
      sendBytes: LONGEST_ANSWER_BYTES,
      receiveBytes: LONGEST_REQUEST_BYTES,
      broken: protocolError,
    });
    const client = new ServedClient(this.#xen, channel, (signal, tell) => this.#dataConnection(signal, tell));
    this.#clients.add(client);
    channel.open(
      (message) => client.receive(message),
      (cause) => {
        client.abort(connectionLost(cause));
        void client.ended().then(() => this.#clients.delete(client));
      },
    );
  }

  /** Waits for the client to bring a connection for the bytes of an image. */
  async #dataConnection(signal: AbortSignal, tell: (token: string) => void): Promise<Duplex> {
    signal.throwIfAborted();
    const token = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const onAbort = (): void => reject(signal.reason as VmToolsError);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#awaited.set(token, resolve);
    try {
      tell(token);
      return await promise;
    } finally {
      this.#awaited.delete(token);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #attach(token: string, connection: Duplex): void {
    const take = this.#awaited.get(token);
    if (take === undefined)
      connection.destroy(); // its call has ended
    else take(connection);
  }
}

/** Makes a `Xen` available to other processes: give each connection to `accept`. */
export function serveXen(xen: Xen, options: ServeOptions = {}): XenServer {
  return new XenServer(xen, options);
}
