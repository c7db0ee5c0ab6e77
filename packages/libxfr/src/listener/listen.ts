import { createServer, type Socket } from 'node:net';
import { throwIfAborted, type VmToolsError } from '@vm-tools/errors';
import { lookAt, type Gate } from '../check/answer-check.ts';
import type { TransferEvent } from '../events.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { TransferId } from '../journal/record.ts';
import type { Check, Offer, Target } from '@vm-tools/ports';
import type { Connection } from '../protocol/connection.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS } from '../protocol/timeouts.ts';
import { inContext } from '../session/error-context.ts';
import { Admission } from '../target/admission.ts';
import type { Waiting } from '../target/lobby.ts';
import { startReceiving } from '../transfer/start.ts';
import { acceptTls } from '../transport/tls/accept-tls.ts';
import { bind, type ListenAt } from '../transport/bind.ts';
import { DEFAULT_PORT } from '../transport/endpoint.ts';
import { refuse } from '../transport/refuse.ts';
import { tcpConnection } from '../transport/tcp.ts';
import { unixConnection } from '../transport/unix.ts';
import { boundTo, hostOf } from './bound.ts';
import type { ListenEvent, Listener, ListenOptions, Session } from './options.ts';

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

  /** Of one peer no more than so many wait, and one more is refused. */
  const known = async (who: string, waiting: Waiting, connection: Connection): Promise<void> => {
    try {
      waiting.know(who);
    } catch (thrown) {
      await refuse(connection, asVmToolsError(thrown), timeouts);
      throw thrown;
    }
  };

  /** A place is taken by an offer, not by a connection: a caller that connects and says nothing keeps no other out. */
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
