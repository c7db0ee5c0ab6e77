import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { throwIfAborted, type VmToolsError } from '@vm-tools/errors';
import type { LimiterNode, Schedule } from '@vm-tools/ratelimit';
import { lookAt, type Gate } from '../check/answer-check.ts';
import type { TransferEvent, TransferSummary } from '../events.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { TransferId } from '../journal/record.ts';
import type { PeerOptions } from '../options.ts';
import type { Check, Offer, Target } from '../ports.ts';
import type { Connection } from '../protocol/connection.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS } from '../protocol/timeouts.ts';
import { inContext } from '../session/error-context.ts';
import { Admission } from '../target/admission.ts';
import type { Waiting } from '../target/lobby.ts';
import { startReceiving } from '../transfer/start.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { acceptTls } from '../transport/accept-tls.ts';
import { bind, type ListenAt } from '../transport/bind.ts';
import { DEFAULT_PORT, formatAddress } from '../transport/endpoint.ts';
import { refuse } from '../transport/refuse.ts';
import { tcpConnection } from '../transport/tcp.ts';
import type { TlsOptions } from '../transport/tls.ts';
import { unixConnection } from '../transport/unix.ts';

/** One connection, and what is known of it by now. */
export interface Session {
  /** counts from 1 */
  readonly session: number;
  /** where it comes from: "10.0.0.1:4711" */
  readonly peer: string;
  /** its name here, when it has proved that */
  readonly who?: string;
  /** of the transfer, when a guest has been offered */
  readonly transfer?: TransferId;
  /** of that guest */
  readonly name?: string;
}

/** What happens at a listener. */
export type ListenEvent =
  | ({ readonly type: 'connected' } & Session)
  | ({ readonly type: 'transfer'; readonly event: TransferEvent } & Session)
  | ({ readonly type: 'failed'; readonly error: VmToolsError } & Session)
  /** A connection could not be accepted, for want of file descriptors for instance; the listener goes on. */
  | { readonly type: 'accept-failed'; readonly error: VmToolsError };

export interface ListenOptions extends Omit<PeerOptions, 'onEvent' | 'limiter'> {
  /** paces all guests together, each in turn; each has a limit of its own below it. @default no limit */
  readonly limiter?: LimiterNode | undefined;
  /** an address of this machine. @default "127.0.0.1", which nobody else can reach */
  readonly host?: string | undefined;
  /** 0 picks a free one. @default 8002 */
  readonly port?: number | undefined;
  /** of a unix socket, instead of host and port */
  readonly path?: string | undefined;
  /** a socket that somebody else has opened, systemd for instance, instead of them */
  readonly fd?: number | undefined;
  /**
   * Lets only peers in that are known. Not asked for a unix socket, where whoever may open it is let in.
   * @default everybody who reaches the port, in the clear
   */
  readonly tls?: TlsOptions | undefined;
  /**
   * Whether a known peer may send this guest; what it throws refuses the offer. What it returns is disposed of when
   * the transfer has ended, however it did. @default all may send all
   */
  readonly authorise?: ((who: string, offer: Offer) => Promise<Disposable>) | undefined;
  /** One target for each guest that is offered, by a peer of that name; none when it has not proved one. */
  readonly makeTarget: (who?: string) => Target;
  /** guests that are received at the same time; more are refused. @default 4 */
  readonly maxConcurrent?: number | undefined;
  /** Several listeners may have one, and so their places, in common. @default one of its own, with `maxConcurrent` */
  readonly admission?: Admission | undefined;
  /** What paces the image that comes in this session; it is disposed of when the session ends. @default `limiter` */
  readonly limiterFor?: ((session: Session) => SessionLimiter) | undefined;
  readonly onEvent?: ((event: ListenEvent) => void) | undefined;
  /** Given each guest's transfer once it has begun, to watch and to steer it; `result` says when it is over. */
  readonly onTransfer?: ((transfer: Transfer<TransferSummary | undefined>) => void) | undefined;
}

/** What paces a session, until it ends. */
export interface SessionLimiter extends Disposable {
  /** the level above that of the guest: of the peer, or of the whole host */
  readonly limiter: LimiterNode;
  /** the limit of this guest alone */
  readonly rate: Schedule;
}

export interface Listener extends AsyncDisposable {
  /** how others call it: "tls://10.0.0.2:8002"; "fd://3" for a unix socket that somebody else has opened */
  readonly address: string;
  /** empty for a unix socket */
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
    fd,
    tls,
    authorise,
    admission = new Admission(options.maxConcurrent),
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
  const sessions = new Set<Promise<void>>();
  // A guest whose source has lost its connection is asked for over another one: the sessions know of each other.
  const shared = {
    journals: options.journals ?? memoryJournals(),
    waitingForGo: admission.waitingForGo,
    offers: admission.offers,
  };
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };

  const gatesFor = (who: string | undefined): readonly Gate[] => [
    ...(who === undefined || authorise === undefined
      ? []
      : [{ name: 'allowed', enter: (offer: Offer) => authorise(who, offer), isLast: true }]),
    { name: 'place', enter: () => admission.enter(who) },
  ];

  /** Of one peer no more than so many wait, and one more is told so. */
  const known = async (who: string, waiting: Waiting, connection: Connection): Promise<void> => {
    try {
      waiting.know(who);
    } catch (thrown) {
      await refuse(connection, asVmToolsError(thrown), timeouts);
      throw thrown;
    }
  };

  /** A place is taken by an offer, not by a connection: who connects and says nothing keeps nobody out. */
  const receive = async (socket: Socket): Promise<void> => {
    using taken = new DisposableStack();
    const plain = bound.isUnix ? unixConnection(socket, bound.address) : tcpConnection(socket);
    let session: Session = { session: admission.nextSession(), peer: plain.peer };
    let dropped: VmToolsError | undefined;
    const waiting = taken.use(
      admission.lobby.enter(hostOf(plain.peer), (why) => {
        dropped = why;
        socket.destroy();
      }),
    );
    try {
      const isPlain = tls === undefined || bound.isUnix;
      const connection = isPlain ? plain : await acceptTls(socket, tls, { timeouts, signal });
      const { who } = connection;
      session = { ...session, ...(who === undefined ? {} : { who }) };
      if (who !== undefined) await known(who, waiting, connection);
      tell({ type: 'connected', ...session });
      const gates = gatesFor(who);
      const makeTarget = async (offer: Offer, transfer: TransferId): Promise<Target> => {
        session = { ...session, transfer, name: offer.name };
        for (const gate of gates) taken.use(await gate.enter(offer));
        waiting[Symbol.dispose]();
        return options.makeTarget(who);
      };
      const check = (offer: Offer): Promise<readonly Check[]> => {
        session = { ...session, name: offer.name };
        return lookAt(offer, gates, () => options.makeTarget(who));
      };
      const onEvent = (event: TransferEvent): void => {
        if (event.type === 'began') options.onTransfer?.(transfer);
        tell({ type: 'transfer', ...session, event });
      };
      const pace = options.limiterFor && taken.use(options.limiterFor(session));
      const paced = {
        ...options,
        ...shared,
        check,
        ...(pace && { limiter: pace.limiter, rate: pace.rate }),
        onEvent,
      };
      const transfer = startReceiving(connection, makeTarget, paced);
      await transfer.result;
    } catch (thrown) {
      const error = inContext(dropped ?? thrown, {
        side: 'target',
        progress: { currentPhase: 'connecting' },
      });
      tell({ type: 'failed', ...session, error });
    }
  };

  const server = createServer((socket) => {
    const session = receive(socket).finally(() => sessions.delete(session));
    sessions.add(session);
  });
  const at: ListenAt = fd !== undefined ? { fd } : path !== undefined ? { path } : { host, port };
  await bind(server, at, signal);
  const bound = boundTo(server, at, tls === undefined ? 'tcp' : 'tls', path);

  server.on('error', (thrown) => tell({ type: 'accept-failed', error: asVmToolsError(thrown) }));
  const stop = (): void => void server.close();
  signal?.addEventListener('abort', stop, { once: true });
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', stop);
    stop();
    while (sessions.size > 0) await Promise.all(sessions);
  };
  return {
    address: bound.address,
    host: bound.host,
    port: bound.port,
    get active() {
      return admission.active;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Without the port, which is another one each time. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}

interface Bound extends Pick<Listener, 'address' | 'host' | 'port'> {
  readonly isUnix: boolean;
}

/** @param path of a unix socket that somebody else has opened, if that is known */
function boundTo(server: Server, at: ListenAt, scheme: 'tcp' | 'tls', path?: string): Bound {
  if ('path' in at) return { isUnix: true, address: `unix://${at.path}`, host: '', port: 0 };
  const bound = server.address() as AddressInfo | null;
  // Of a unix socket that somebody else has opened node knows no address.
  if ('fd' in at && bound === null) {
    const address = path === undefined ? `fd://${at.fd}` : `unix://${path}`;
    return { isUnix: true, address, host: '', port: 0 };
  }
  const { port = 0 } = bound ?? {};
  const host = 'host' in at ? at.host : (bound?.address ?? '');
  return { isUnix: false, address: `${scheme}://${formatAddress(host, port)}`, host, port };
}
