import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import type { Connection } from '../protocol/connection.ts';

/** Two ends of one connection, and a pair of scissors. */
export interface Link {
  readonly source: Connection;
  readonly target: Connection;
  readonly cut: () => void;
}

function makeLink(source: Duplex, target: Duplex, keepsNothing = false): Link {
  return {
    source: { stream: source, peer: 'the target host', isConfidential: true, keepsNothing },
    target: { stream: target, peer: 'the source host', isConfidential: true },
    cut: () => {
      source.destroy();
      target.destroy();
    },
  };
}

async function socketLink(server: Server, address: () => NetConnectOpts): Promise<Link> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const source = connect(address());
  await once(source, 'connect');
  const [target] = await accepted;
  server.close();
  return makeLink(source, target, true);
}

/** Each way in which the two ends can be connected in a test. */
export const LINKS: Readonly<Record<string, () => Promise<Link>>> = {
  async memory() {
    return makeLink(...duplexPair());
  },
  async tcp() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return socketLink(server, () => ({
      host: '127.0.0.1',
      port: (server.address() as { port: number }).port,
    }));
  },
  async unix() {
    const folder = await mkdtemp(join(tmpdir(), 'xfr-'));
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    const link = await socketLink(server, () => ({ path }));
    await rm(folder, { recursive: true });
    return link;
  },
};
