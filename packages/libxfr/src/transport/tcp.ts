import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { abortError, messageOf, throwIfAborted, VmToolsError, within } from '@vm-tools/errors';
import type { Connection } from '../protocol/connection.ts';
import { formatAddress, type Endpoint } from './endpoint.ts';

/** Idle time after which the kernel itself looks whether the other host is still there. */
const KEEP_ALIVE_AFTER_MS = 15_000;

/**
 * Connects in the clear.
 *
 * @throws VmToolsError XFR_UNREACHABLE of kind peer, with `details.errno` when the network said why
 */
export async function connectTcp(
  { host, port }: Endpoint,
  options: {
    readonly connectMs: number;
    readonly signal?: AbortSignal | undefined;
    /** @default the system's resolver */
    readonly lookup?: LookupFunction;
  },
): Promise<Connection> {
  const peer = formatAddress(host, port);
  const { connectMs, signal, lookup } = options;
  throwIfAborted(signal, `connecting to ${peer}`);
  const socket = connect({ host, port, lookup });
  try {
    const late = { code: 'XFR_UNREACHABLE', message: `connecting to ${peer}` };
    await within(once(socket, 'connect'), connectMs, late, signal);
  } catch (thrown) {
    socket.destroy();
    if (signal?.aborted) throw abortError(signal, `connecting to ${peer}`);
    const errno = (thrown as NodeJS.ErrnoException).code;
    const isLate = thrown instanceof VmToolsError;
    throw new VmToolsError({
      code: 'XFR_UNREACHABLE',
      kind: 'peer',
      retry: 'safe',
      message: `cannot connect to ${peer}: ${isLate ? `no answer in ${connectMs} ms` : reasonOf(thrown)}`,
      hint: hintFor(errno, host),
      cause: thrown,
      details: { host, port, ...(isLate ? {} : { errno }) },
    });
  }
  return tcpConnection(socket);
}

/** A connected socket, set up for a transfer: small frames leave at once, a dead host is noticed. */
export function tcpConnection(socket: Socket): Connection {
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
  const peer = formatAddress(socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0);
  return { stream: socket, peer, address: `tcp://${peer}`, isConfidential: false, keepsNothing: true };
}

/** A name with several addresses fails with an error for each of them. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(messageOf).join(', ');
  return messageOf(thrown);
}

function hintFor(errno: string | undefined, host: string): string {
  if (errno === 'ECONNREFUSED') return `start xfrd on ${host}, or give the port that it listens on`;
  if (errno === 'ENOTFOUND' || errno === 'EAI_AGAIN') return 'check the name, or give the address';
  return `see whether ${host} is up and a firewall lets the port through`;
}
