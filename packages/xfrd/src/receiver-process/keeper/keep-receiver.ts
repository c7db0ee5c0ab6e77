import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '@vm-tools/cli';
import { within, type VmToolsError } from '@vm-tools/errors';
import type { Reconnect } from '@vm-tools/libxfr';
import type { Credentials } from '@vm-tools/trust';
import { encodeBandwidth } from '../../config/bandwidth.ts';
import type { ListenAddress } from '../../config/listen-address.ts';
import type { Settings } from '../../config/settings.ts';
import { logFailure } from '../../log/log-failure.ts';
import { receiverLost } from '../errors.ts';
import { findUser } from '../process/find-user.ts';
import { openSockets, removeSockets } from '../process/open-sockets.ts';
import { feedPath } from '../process/run-folder.ts';
import { startProcess, type ReceiverChild } from '../process/start-process.ts';
import type { ReceiverSettings } from '../settings.ts';
import { Keeper, type Began, type HostSide } from './keeper.ts';
import { openControl } from './open-control.ts';

/** A processor that is busy with something else may take that long to start node. */
const BEGIN_MS = 30_000;
/** Between a receiver that has crashed and the next one: doubled each time, until one has lasted. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 30_000;
const LASTED_MS = 60_000;

export interface KeptReceiverInit {
  readonly settings: Settings;
  /** what all files of this host lie under */
  readonly root: string;
  /** sockets that systemd has opened, instead of the addresses */
  readonly sockets: readonly number[];
  readonly host: HostSide;
  /** read whenever a receiver is told what it needs */
  readonly credentials: () => Credentials | undefined;
  readonly log: Log;
  /** Ends what a receiver that has crashed has left, so that the next one can have it. */
  readonly recover: () => Promise<void>;
  /** Told that one has crashed. */
  readonly onLost: (error: VmToolsError) => void;
}

/** A process that reads what peers send, and another one whenever it has crashed. */
export interface KeptReceiver extends AsyncDisposable {
  readonly addresses: readonly string[];
  readonly port: number | undefined;
  /** guests that are being received */
  readonly active: number;
  /** Reaches other hosts, where that is over TLS or TCP. */
  readonly reconnect: Reconnect;
  /** Changes the settings that can be changed while it runs, and the credentials. */
  change(settings: Settings): void;
  /** Lets what has begun come to its end, and takes nothing new. */
  close(): Promise<void>;
}

interface Running {
  readonly child: ReceiverChild;
  readonly keeper: Keeper;
  readonly began: Began;
}

/** @throws VmToolsError XFR_LISTEN, XFRD_USER, XFRD_RUN_FOLDER, XFRD_RECEIVER_LOST: whatever keeps the first one from listening */
export async function keepReceiver(init: KeptReceiverInit): Promise<KeptReceiver> {
  const { host, log, recover, onLost } = init;
  let { settings } = init;
  const user = await findUser(settings.user);
  let listen: readonly ListenAddress[] = init.sockets.length > 0 ? [] : settings.listen;
  let controlAt: readonly ListenAddress[] = [];
  const feedAt = { transport: 'unix', path: await feedPath(init.root) } as const;
  const closing = new AbortController();
  const isClosing = (): boolean => closing.signal.aborted;

  async function start(): Promise<Running> {
    const { child, hasControl } = await startWithSockets();
    const keeper = new Keeper(child.connection, feedAt.path, host);
    const sockets = init.sockets.length;
    const { timeouts } = settings;
    const hostId = await host.journals.hostId?.();
    const first = { user, listen, sockets, hasControl, timeouts, hostId, ...changeable() };
    keeper.send({ type: 'begin', settings: first });
    void child.exited.then((how) => child.connection.destroy(receiverLost(how)));
    try {
      const late = { code: 'XFRD_RECEIVER_LOST', message: `the receiver does not begin in ${BEGIN_MS} ms` };
      const began = await within(keeper.began, BEGIN_MS, late);
      log.info('receiver started', { pid: child.pid, user: user?.name });
      return { child, keeper, began };
    } catch (thrown) {
      child.kill();
      throw thrown;
    }
  }

  /** They are this process's for no longer than it takes to pass them on. */
  async function startWithSockets(): Promise<{ child: ReceiverChild; hasControl: boolean }> {
    using control = await openControl(init.root, log);
    using feed = await openSockets([feedAt]);
    using opened = await openSockets(listen);
    listen = opened.at;
    controlAt = control.at;
    const sockets = [...init.sockets, ...opened.fds, ...control.fds, ...feed.fds];
    const child = await startProcess(sockets, (words) => log.warn(`receiver: ${words}`));
    return { child, hasControl: control.fds.length > 0 };
  }

  function changeable(): ReceiverSettings {
    const { maxConcurrent, maxPerPeer, connections, bandwidth } = settings;
    const limits = { maxConcurrent, maxPerPeer, connections, bandwidth: encodeBandwidth(bandwidth) };
    return { ...limits, credentials: init.credentials() };
  }

  let running = await start().catch(async (thrown: unknown) => {
    await removeSockets([feedAt]);
    throw thrown;
  });
  const over = keep();

  async function keep(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (true) {
      const since = performance.now();
      const [how, error = receiverLost(how)] = await Promise.all([
        running.child.exited,
        running.keeper.ended,
      ]);
      if (isClosing() && error.cause === undefined && how === 'ended with status 0') return;
      logFailure(log, error);
      onLost(error);
      await recover().catch((thrown: unknown) => logFailure(log, thrown));
      if (isClosing()) return;
      if (performance.now() - since > LASTED_MS) pauseMs = FIRST_PAUSE_MS;
      const next = await startAgain(pauseMs);
      if (next === undefined) return;
      running = next;
      change(); // what has changed while it was being started was said to the one before
      if (isClosing()) drain();
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  async function startAgain(firstPauseMs: number): Promise<Running | undefined> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (isClosing()) return undefined;
      try {
        return await start();
      } catch (thrown) {
        logFailure(log, thrown);
      }
    }
  }

  // A receiver that is just being started gets either message when it has started.
  function change(): void {
    running.keeper.send({ type: 'change', settings: changeable() });
  }

  function drain(): void {
    running.keeper.send({ type: 'drain' });
  }

  const close = async (): Promise<void> => {
    closing.abort();
    drain();
    await over;
    await removeSockets([...listen, ...controlAt, feedAt]);
  };
  return {
    get addresses() {
      return running.began.addresses;
    },
    get port() {
      return running.began.port;
    },
    get active() {
      return running.keeper.active;
    },
    reconnect: (transfer, signal) => running.keeper.dial(transfer, signal),
    change(next) {
      settings = next;
      change();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
