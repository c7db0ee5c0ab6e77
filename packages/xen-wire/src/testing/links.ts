import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import { once } from 'node:events';

/** Ways in which a client can be connected to a server. */
export interface Link {
  connect(): Promise<Duplex>;
  close(): Promise<void>;
}

export const LINKS: Readonly<Record<string, (accept: (connection: Duplex) => void) => Promise<Link>>> = {
  async memory(accept) {
    return {
      async connect() {
        const [ours, theirs] = duplexPair();
        ours.on('close', () => theirs.destroy());
        theirs.on('close', () => ours.destroy());
        accept(theirs);
        return ours;
      },
      close: async () => undefined,
    };
  },
  async unix(accept) {
    const folder = await mkdtemp(join(tmpdir(), 'wire-'));
    const path = join(folder, 'socket');
    const server = createServer(accept).listen(path);
    await once(server, 'listening');
    return {
      async connect() {
        const socket = createConnection({ path });
        await once(socket, 'connect');
        return socket;
      },
      async close() {
        server.close();
        await rm(folder, { recursive: true });
      },
    };
  },
};
