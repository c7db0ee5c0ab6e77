import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { within, type VmToolsError } from '@vm-tools/errors';
import type { Connection, Reconnect } from '@vm-tools/libxfr';
import type { KeeperMessage } from '../messages.ts';

/** To another host, with all that it takes to know each other: whoever makes the connection is through before. */
const DIAL_MS = 60_000;

/** What the receiver tells of a connection that it has made. */
type Facts = Omit<Connection, 'stream'>;

/** The peers that are reached through the receiver, who sees to TLS: what comes here is frames from one that is known. */
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
      stream.on('error', () => undefined).write(token); // whoever reads hears of it
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

  /** Nobody is left who could reach anybody. */
  lose(error: VmToolsError): void {
    for (const { reject } of this.#dialling.values()) reject(error);
  }
}
