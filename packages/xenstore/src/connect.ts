import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, throwIfAborted, VmToolsError, within } from '@vm-tools/errors';
import type { BackOff } from './transaction/transaction.ts';
import { Connection } from './wire/connection.ts';
import { xenstoreOver, type Xenstore } from './xenstore.ts';

/** The address of xenstored, and the time limit. */
export interface ConnectOptions {
  /** @default $XENSTORED_PATH, then $XENSTORED_RUNDIR/socket, then /run/xenstored/socket */
  readonly path?: string;
  /** Something that is connected to xenstored already, instead of a path: a tunnel to another host, a test. */
  readonly stream?: Duplex;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
  /** How long connecting may take, and how long xenstored may be silent while a reply is due. @default 30 000 */
  readonly timeoutMs?: number;
  /** The pauses between the tries of a transaction. @default real time and Math.random */
  readonly backOff?: BackOff;
}

/**
 * Connects to xenstored.
 *
 * @throws VmToolsError XENSTORE_UNREACHABLE, of kind no-xen; INTERRUPTED
 */
export async function connectXenstore(options: ConnectOptions = {}): Promise<Xenstore> {
  const { timeoutMs = 30_000, signal, backOff = realBackOff } = options;
  throwIfAborted(signal, 'connecting to xenstored');
  const stream = options.stream ?? (await connectSocket(options.path ?? socketPath(), timeoutMs, signal));
  return xenstoreOver(new Connection(stream, timeoutMs), backOff);
}

const realBackOff: BackOff = {
  random: Math.random,
  async sleep(ms, signal) {
    await delay(ms, undefined, signal && { signal }).catch(() => undefined); // the next try sees the abort
  },
};

function socketPath(): string {
  const { XENSTORED_PATH: path, XENSTORED_RUNDIR: rundir = '/run/xenstored' } = process.env;
  return path ?? `${rundir}/socket`;
}

async function connectSocket(
  path: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  const late = {
    code: 'XENSTORE_UNREACHABLE',
    kind: 'no-xen',
    message: `xenstored did not accept a connection on ${path} within ${timeoutMs} ms`,
    details: { path, timeoutMs },
  } as const;
  const socket = createConnection({ path });
  try {
    await within(once(socket, 'connect'), timeoutMs, late, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error instanceof VmToolsError ? error : unreachable(path, error as NodeJS.ErrnoException);
  }
}

function unreachable(path: string, cause: NodeJS.ErrnoException): VmToolsError {
  return new VmToolsError({
    code: 'XENSTORE_UNREACHABLE',
    kind: 'no-xen',
    message: `cannot connect to xenstored on ${path}: ${messageOf(cause)}`,
    hint:
      cause.code === 'EACCES' || cause.code === 'EPERM'
        ? 'run this as root'
        : 'run this in dom0 of a Xen host where xenstored is running',
    cause,
    details: { path, errno: cause.code },
  });
}
