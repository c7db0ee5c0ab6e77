import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { messageOf, VmToolsError } from '@vm-tools/errors';

/** Only its owner may connect. */
const OWNER_ONLY_UMASK = 0o177;

/** A server of calls, over whatever it accepts. */
export interface CallServer {
  accept(connection: Socket): void;
  close(): Promise<void>;
}

/** A server that others reach over a socket. */
export interface Listening {
  /** Ends all connections, waits for the calls under way, which are aborted, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves on a unix socket that only the user of this process may connect to.
 * @throws VmToolsError XEN_WIRE_LISTEN, with `details.errno`
 */
export async function listenOn(path: string, served: CallServer): Promise<Listening> {
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
