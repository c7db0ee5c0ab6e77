import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { messageOf, throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { connectTo } from '@vm-tools/ipc/sockets';
import type { Xen } from '@vm-tools/xc-native';
import { remoteXen, type RemoteXenOptions } from './client/remote-xen.ts';
import { serveXen, type ServeOptions } from './server/serve-xen.ts';

/** The server of a `Xen` on a socket is on the same machine: it accepts at once or never. */
const CONNECT_MS = 10_000;

/** Only its owner may connect. */
const OWNER_ONLY_UMASK = 0o177;

/** A Xen that others can ask over a socket. */
export interface ListeningXen {
  /** Ends all connections, waits for the calls under way, which are aborted, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves a `Xen` on a unix socket that only the user of this process may connect to.
 * @throws VmToolsError XEN_WIRE_LISTEN, with `details.errno`
 */
export async function listenXen(xen: Xen, path: string, options: ServeOptions = {}): Promise<ListeningXen> {
  const served = serveXen(xen, options);
  const server = createServer((socket) => served.accept(socket));
  server.on('error', () => undefined); // of one call that could not be accepted: there are others
  const umask = process.umask(OWNER_ONLY_UMASK);
  try {
    server.listen(path); // the socket is there when this returns, with all its permissions
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening').catch((error: unknown) => {
    const { code: errno } = error as NodeJS.ErrnoException;
    throw new VmToolsError({
      code: 'XEN_WIRE_LISTEN',
      message: `cannot listen on ${path}: ${messageOf(error)}`,
      hint:
        errno === 'EADDRINUSE'
          ? 'see whether another one is running, and remove the socket if none is'
          : 'give a short path in a folder of your own',
      cause: error,
      details: { path, errno },
    });
  });
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      await served.close();
      await closed;
    },
  };
}

/**
 * The `Xen` that is served on a unix socket.
 * @throws VmToolsError XEN_WIRE_UNREACHABLE, of kind no-xen, with `details.errno`; what `remoteXen` throws
 */
export async function connectXen(path: string, options: RemoteXenOptions = {}): Promise<Xen> {
  throwIfAborted(options.signal, `connecting to ${path}`);
  return remoteXen(() => connectSocket(path), options);
}

function connectSocket(path: string): Promise<Socket> {
  const late = { code: 'XEN_WIRE_UNREACHABLE', message: `waited ${CONNECT_MS} ms to connect to ${path}` };
  return connectTo(
    path,
    { limitMs: CONNECT_MS, late },
    (cause) =>
      new VmToolsError({
        code: 'XEN_WIRE_UNREACHABLE',
        kind: 'no-xen',
        message: `cannot connect to ${path}: ${cause.message}`,
        hint: 'see whether its server is running',
        cause,
        details: { path, errno: cause.code },
      }),
  );
}
