import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import { KeptSocket } from '../kept-socket.ts';

/** A call with a connection for its bytes, which is still to come. */
export interface Call {
  readonly near: Duplex;
  readonly far: Duplex;
  readonly arrive: () => void;
  readonly data: Promise<Duplex>;
  readonly done: PromiseWithResolvers<unknown>;
}

/** The kinds of connections that bytes come by. */
export const CALLS: Readonly<Record<string, () => Promise<Call>>> = {
  'a stream': async () => callOver(...duplexPair()),
  'a socket that is read into one buffer': async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ipc-'));
    const path = join(folder, 'socket');
    const server = createServer({ allowHalfOpen: true }).listen(path);
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const near = new KeptSocket();
    near.connect(path);
    const [far] = await accepted;
    server.close();
    await rm(folder, { recursive: true });
    for (const end of [near, far]) end.unref(); // a test leaves some open
    return callOver(near, far);
  },
};

function callOver(near: Duplex, far: Duplex): Call {
  for (const end of [near, far]) end.on('error', () => undefined);
  const { promise: data, resolve } = Promise.withResolvers<Duplex>();
  const done = Promise.withResolvers<unknown>();
  done.promise.catch(() => undefined);
  return { near, far, arrive: () => resolve(near), data, done };
}
