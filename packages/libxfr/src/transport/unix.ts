import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { abortError, messageOf, throwIfAborted, VmToolsError, within } from '@vm-tools/errors';
import type { Connection } from '../protocol/connection.ts';

/**
 * A socket of this machine: every user that may open the file may connect.
 *
 * @throws VmToolsError XFR_UNREACHABLE of kind peer, with `details.errno`
 */
export async function connectUnix(
  { path }: { readonly path: string },
  { connectMs, signal }: { readonly connectMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Connection> {
  throwIfAborted(signal, `connecting to ${path}`);
  const socket = connect({ path });
  try {
    const late = { code: 'XFR_UNREACHABLE', message: `no answer in ${connectMs} ms` };
    await within(once(socket, 'connect'), connectMs, late, signal);
  } catch (thrown) {
    socket.destroy();
    if (signal?.aborted) throw abortError(signal, `connecting to ${path}`);
    const errno = (thrown as NodeJS.ErrnoException).code;
    throw new VmToolsError({
      code: 'XFR_UNREACHABLE',
      kind: 'peer',
      retry: 'safe',
      message: `cannot connect to ${path}: ${messageOf(thrown)}`,
      hint: errno === 'EACCES' ? 'run it as root' : `start xfrd with --listen unix://${path}`,
      cause: thrown,
      details: { path, errno },
    });
  }
  return unixConnection(socket, `unix://${path}`);
}

/** One that is connected, or has been accepted. @param address what it is called: "unix:///run/xfrd.sock" */
export function unixConnection(socket: Socket, address: string): Connection {
  return { stream: socket, peer: address, isConfidential: true, keepsNothing: true };
}
