import { createServer, type AddressInfo, type Socket } from 'node:net';
import { throwIfAborted, type VmToolsError } from '@vm-tools/errors';
import { Admission } from './admission.ts';
import type { TransferEvent } from './events.ts';
import { memoryJournals } from './journal/open-journals.ts';
import type { PeerOptions } from './options.ts';
import type { Offer, Target } from './ports.ts';
import { asVmToolsError } from './protocol/remote-error.ts';
import { receiveFromPeer } from './receive.ts';
import { Standby } from './standby.ts';
import { DEFAULT_TIMEOUTS } from './timeouts.ts';
import { acceptTls } from './transport/accept-tls.ts';
import { bind, type ListenAt } from './transport/bind.ts';
import { DEFAULT_PORT, formatAddress } from './transport/endpoint.ts';
import { tcpConnection } from './transport/tcp.ts';
import type { TlsOptions } from './transport/tls.ts';
import { unixConnection } from './transport/unix.ts';

/** Connections that have not yet offered anything, or are about to be refused; beyond these the kernel says no. */
const WAITING_CONNECTIONS = 256;

/** What happens at a listener; `session` counts from 1. */
export type ListenEvent =
  /** `who` it is, when it has proved that. */
  | { readonly type: 'connected'; readonly session: number; readonly peer: string; readonly who?: string }
  | {
      readonly type: 'transfer';
      readonly session: number;
      readonly peer: string;
      readonly event: TransferEvent;
    }
  | { readonly type: 'failed'; readonly session: number; readonly peer: string; readonly error: VmToolsError }
  /** A connection could not be accepted, for want of file descriptors for instance; the listener goes on. */
  | { readonly type: 'accept-failed'; readonly error: VmToolsError };

export interface ListenOptions extends Omit<PeerOptions, 'onEvent'> {
  /** an address of this machine. @default "127.0.0.1", which nobody else can reach */
  readonly host?: string | undefined;
  /** 0 picks a free one. @default 8002 */
  readonly port?: number | undefined;
  /** of a unix socket, instead of host and port */
  readonly path?: string | undefined;
  /** Lets only peers in that are known. @default everybody who reaches the port, in the clear */
  readonly tls?: TlsOptions | undefined;
  /**
   * Whether a known peer may send this guest; what it throws refuses the offer. What it returns is disposed of when
   * the transfer has ended, however it did. @default all may send all
   */
  readonly authorise?: ((who: string, offer: Offer) => Promise<Disposable>) | undefined;
  /** one target for each guest that is offered */
  readonly makeTarget: () => Target;
  /** guests that are received at the same time; more are refused. @default 4 */
  readonly maxConcurrent?: number | undefined;
  readonly onEvent?: ((event: ListenEvent) => void) | undefined;
}

export interface Listener extends AsyncDisposable {
  /** how others call it: "tls://10.0.0.2:8002" */
  readonly address: string;
  readonly host: string;
  /** 0 for a unix socket */
  readonly port: number;
  /** guests that are being received now */
  readonly active: number;
  /** Accepts no more, and resolves when those that have begun are through. */
  close(): Promise<void>;
}

/**
 * Receives guests over TLS, TCP or a unix socket, each in a session of its own: what goes wrong in one is an event and touches no other.
 * Answers what the sources of earlier ones ask, too. After a crash, `recoverTransfers` comes first.
 * When the signal fires, nothing more is accepted and all sessions are aborted.
 *
 * @throws VmToolsError XFR_LISTEN of kind failure, or usage if the address is not one of this machine
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const {
    host = '127.0.0.1',
    port = DEFAULT_PORT,
    path,
    tls,
    authorise,
    maxConcurrent = 4,
    signal,
  } = options;
  throwIfAborted(signal, 'opening the port');
  const tell = (event: ListenEvent): void => {
    try {
      options.onEvent?.(event);
    } catch {
      // A listener of events that throws must not end the sessions of others.
    }
  };
  const admission = new Admission(maxConcurrent);
  const sessions = new Set<Promise<void>>();
  // A guest whose source has lost its connection is asked for over another one: the sessions know of each other.
  const shared = { journals: options.journals ?? memoryJournals(), standby: new Standby() };
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  let count = 0;

  /** A place is taken by an offer, not by a connection: who connects and says nothing keeps nobody out. */
  const receive = async (socket: Socket): Promise<void> => {
    using taken = new DisposableStack();
    const session = (count += 1);
    const plain = path === undefined ? tcpConnection(socket) : unixConnection(socket, path);
    const { peer } = plain;
    try {
      const connection = tls === undefined ? plain : await acceptTls(socket, tls, { timeouts, signal });
      const { who } = connection;
      tell({ type: 'connected', session, peer, ...(who === undefined ? {} : { who }) });
      const makeTarget = async (offer: Offer): Promise<Target> => {
        taken.use(admission.enter());
        if (who !== undefined && authorise !== undefined) taken.use(await authorise(who, offer));
        return options.makeTarget();
      };
      const onEvent = (event: TransferEvent): void => tell({ type: 'transfer', session, peer, event });
      await receiveFromPeer(connection, makeTarget, { ...options, ...shared, onEvent });
    } catch (thrown) {
      tell({ type: 'failed', session, peer, error: asVmToolsError(thrown) });
    }
  };

  const server = createServer((socket) => {
    const session = receive(socket).finally(() => sessions.delete(session));
    sessions.add(session);
  });
  server.maxConnections = maxConcurrent + WAITING_CONNECTIONS;
  const at: ListenAt = path === undefined ? { host, port } : { path };
  await bind(server, at, signal);

  server.on('error', (thrown) => tell({ type: 'accept-failed', error: asVmToolsError(thrown) }));
  const stop = (): void => void server.close();
  signal?.addEventListener('abort', stop, { once: true });
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', stop);
    stop();
    while (sessions.size > 0) await Promise.all(sessions);
  };
  const bound = path === undefined ? (server.address() as AddressInfo).port : 0;
  const scheme = tls === undefined ? 'tcp' : 'tls';
  return {
    address: path === undefined ? `${scheme}://${formatAddress(host, bound)}` : `unix://${path}`,
    host,
    port: bound,
    get active() {
      return admission.active;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
