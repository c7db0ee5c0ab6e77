import { once } from 'node:events';
import { chmod, lstat, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { abortError, messageOf, VmToolsError } from '@vm-tools/errors';
import { formatAddress } from './endpoint.ts';

/** A port of an address of this machine, a file that is a socket, or one that another process has opened: systemd. */
export type ListenAt =
  { readonly host: string; readonly port: number } | { readonly path: string } | { readonly fd: number };

/**
 * Makes a server listen. A socket that a process has left behind which is no more is taken over; only the owner of a
 * new one may connect.
 *
 * @throws VmToolsError XFR_LISTEN of kind failure, or usage if the address is not one of this machine; INTERRUPTED
 */
export async function bind(server: Server, at: ListenAt, signal: AbortSignal | undefined): Promise<void> {
  const start = async (): Promise<void> => {
    server.listen(at);
    await once(server, 'listening', { signal });
  };
  try {
    await start().catch(async (thrown: unknown) => {
      if (!('path' in at) || errnoOf(thrown) !== 'EADDRINUSE' || !(await isLeftBehind(at.path))) throw thrown;
      await rm(at.path);
      await start();
    });
    if ('path' in at) await chmod(at.path, 0o600);
  } catch (thrown) {
    server.close();
    if (signal?.aborted) throw abortError(signal, 'opening the port');
    throw cannotListen(at, thrown);
  }
}

/** A socket whose process has ended does not answer; the kernel gives the same error for a file that is no socket. */
async function isLeftBehind(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return false;
  } catch (thrown) {
    return errnoOf(thrown) === 'ECONNREFUSED' && (await lstat(path)).isSocket();
  } finally {
    socket.destroy();
  }
}

function cannotListen(at: ListenAt, cause: unknown): VmToolsError {
  const errno = errnoOf(cause);
  const isForeign = errno === 'EADDRNOTAVAIL' || errno === 'ENOTFOUND' || errno === 'ENOENT';
  const where = 'path' in at ? at.path : 'fd' in at ? `fd://${at.fd}` : formatAddress(at.host, at.port);
  return new VmToolsError({
    code: 'XFR_LISTEN',
    kind: isForeign ? 'usage' : 'failure',
    message: `cannot listen on ${where}: ${messageOf(cause)}`,
    hint: hintFor(errno),
    cause,
    details: { ...at, errno },
  });
}

function hintFor(errno: string | undefined): string {
  if (errno === 'EADDRINUSE') return 'another program has it; choose another one';
  if (errno === 'EACCES') return 'run it as root, or choose one that every user may open';
  return 'choose an address or a folder of this machine';
}

function errnoOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}
