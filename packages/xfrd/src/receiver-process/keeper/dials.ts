import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { within, type VmToolsError } from '@vm-tools/errors';
import type { Connection, Reconnect } from '@vm-tools/libxfr';
import type { KeeperMessage } from '../messages.ts';

/** To another host, with the whole handshake: the receiver, which makes the connection, gives up earlier. */
const DIAL_MS = 60_000;

/** The receiver's facts about a connection that it has made. */
type Facts = Omit<Connection, 'stream'>;

/** The peers that are reached through the receiver, which does TLS: only frames of a known peer come here. */
export class Dials {
  /** where the receiver takes the calls that are put through to them */
  readonly #path: string;
  readonly #send: (message: KeeperMessage) => void;
  readonly #dialling = new Map<number, PromiseWithResolvers<Facts>>();
  #count = 0;

  constructor(path: string, send: (message: KeeperMessage) => void) {
    this.#path = path;
    this.#send = send;
  }

  dial: Reconnect = async ({ role, peer }, signal) => {
    const id = (this.#count += 1);
    const token = randomBytes(32).toString('hex');
    const dialled = Promise.withResolvers<Facts>();
    dialled.promise.catch(() => undefined);
    this.#dialling.set(id, dialled);
    try {
      this.#send({ type: 'dial', id, token, role, peer });
      const late = { code: 'XFRD_RECEIVER_LOST', message: `the receiver does not reach ${peer}` };
      const facts = await within(dialled.promise, DIAL_MS, late, signal);
      const stream = connect({ path: this.#path, allowHalfOpen: true });
      stream.on('error', () => undefined).write(token); // the reader gets the error
      return { ...facts, stream };
    } finally {
      this.#dialling.delete(id);
    }
  };

  reached(id: number, facts: Facts): void {
    this.#dialling.get(id)?.resolve(facts);
  }

  failed(id: number, error: VmToolsError): void {
    this.#dialling.get(id)?.reject(error);
  }

  /** Without the receiver no peer can be reached. */
  lose(error: VmToolsError): void {
    for (const { reject } of this.#dialling.values()) reject(error);
  }
}
