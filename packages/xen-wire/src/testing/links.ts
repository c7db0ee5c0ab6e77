import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import { once } from 'node:events';
import { KeptSocket } from '@vm-tools/ipc/calls';
import type { ConnectionUse } from '../client/remote-xen.ts';

/** Ways in which a client can be connected to a server. */
export interface Link {
  connect(use?: ConnectionUse): Promise<Duplex>;
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
      async connect(use) {
        const socket = use === 'bytes' ? new KeptSocket() : new Socket();
        socket.connect(path);
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
