import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { abortError, messageOf, throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { Admission } from './admission.ts';
import type { TransferEvent } from './events.ts';
import { memoryJournals } from './journal/open-journals.ts';
import type { PeerOptions } from './options.ts';
import type { Target } from './ports.ts';
import { asVmToolsError } from './protocol/remote-error.ts';
import { receiveFromPeer } from './receive.ts';
import { Standby } from './standby.ts';
import { DEFAULT_PORT, formatAddress } from './transport/endpoint.ts';
import { tcpConnection } from './transport/tcp.ts';

/** Connections that have not yet offered anything, or are about to be refused; beyond these the kernel says no. */
const WAITING_CONNECTIONS = 256;

/** What happens at a listener; `session` counts from 1. */
export type ListenEvent =
  | { readonly type: 'connected'; readonly session: number; readonly peer: string }
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
  /** one target for each guest that is offered */
  readonly makeTarget: () => Target;
  /** guests that are received at the same time; more are refused. @default 4 */
  readonly maxConcurrent?: number | undefined;
  readonly onEvent?: ((event: ListenEvent) => void) | undefined;
}

export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** guests that are being received now */
  readonly active: number;
  /** Accepts no more, and resolves when those that have begun are through. */
  close(): Promise<void>;
}

/**
 * Receives guests over TCP, each in a session of its own: what goes wrong in one is an event and touches no other.
 * Answers what the sources of earlier ones ask, too. After a crash, `recoverTransfers` comes first.
 * When the signal fires, nothing more is accepted and all sessions are aborted.
 *
 * @throws VmToolsError XFR_LISTEN of kind failure, or usage if the address is not one of this machine
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host = '127.0.0.1', port = DEFAULT_PORT, maxConcurrent = 4, signal } = options;
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
  let count = 0;

  /** A place is taken by an offer, not by a connection: who connects and says nothing keeps nobody out. */
  const receive = async (socket: Socket): Promise<void> => {
    using taken = new DisposableStack();
    const session = (count += 1);
    const connection = tcpConnection(socket);
    const { peer } = connection;
    const makeTarget = (): Target => {
      taken.use(admission.enter());
      return options.makeTarget();
    };
    tell({ type: 'connected', session, peer });
    try {
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
  server.listen({ host, port });
  try {
    await once(server, 'listening', signal ? { signal } : {});
  } catch (thrown) {
    server.close();
    if (signal?.aborted) throw abortError(signal, 'opening the port');
    throw cannotListen(host, port, thrown);
  }

  server.on('error', (thrown) => tell({ type: 'accept-failed', error: asVmToolsError(thrown) }));
  const stop = (): void => void server.close();
  signal?.addEventListener('abort', stop, { once: true });
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', stop);
    stop();
    while (sessions.size > 0) await Promise.all(sessions);
  };
  const bound = (server.address() as AddressInfo).port;
  return {
    host,
    port: bound,
    get active() {
      return admission.active;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function cannotListen(host: string, port: number, cause: unknown): VmToolsError {
  const errno = (cause as NodeJS.ErrnoException).code;
  return new VmToolsError({
    code: 'XFR_LISTEN',
    kind: errno === 'EADDRNOTAVAIL' || errno === 'ENOTFOUND' ? 'usage' : 'failure',
    message: `cannot listen on ${formatAddress(host, port)}: ${messageOf(cause)}`,
    ...(errno === 'EADDRINUSE' ? { hint: 'another program has this port; choose another one' } : {}),
    cause,
    details: { host, port, errno },
  });
}
