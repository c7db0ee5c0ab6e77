import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedServer, type FeedLimits } from './feed-server.ts';

const TOKEN = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

let folder: string;
let servers: FeedServer[];
let sockets: Socket[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'feed-'));
  servers = [];
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

async function serve(limits?: Partial<FeedLimits>): Promise<FeedServer> {
  const server = new FeedServer(limits);
  servers.push(server);
  await server.listen({ path: join(folder, 'feed') });
  return server;
}

async function call(words = ''): Promise<Socket> {
  const socket = connect(join(folder, 'feed'));
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  if (words !== '') socket.write(words);
  return socket;
}

/** The server lets go of it. */
const dropped = (socket: Socket): Promise<void> =>
  new Promise((resolve) => void socket.once('close', () => resolve()));

async function expectBytes(feed: Socket, socket: Socket): Promise<void> {
  feed.write('bytes');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  expect(bytes.toString()).toBe('bytes');
}

test('who names the token gets the image, in however many pieces it says it', async () => {
  const server = await serve();
  const feed = server.expect(TOKEN);
  const socket = await call(TOKEN.slice(0, 10));
  socket.write(TOKEN.slice(10));
  await expectBytes(await feed, socket);
});

test('an image is fetched once', async () => {
  const server = await serve();
  const feed = server.expect(TOKEN);
  await call(TOKEN);
  (await feed).resume();
  await dropped(await call(TOKEN));
});

test.each([
  ['names a token that is not expected', OTHER],
  ['names a token that is too short, and ends', TOKEN.slice(1)],
])('who %s is dropped, and the image still waits', async (_, words) => {
  const server = await serve();
  const feed = server.expect(TOKEN);
  const wrong = await call(words);
  wrong.end();
  await dropped(wrong);
  const right = await call(TOKEN);
  await expectBytes(await feed, right);
});

test('who says nothing is dropped in time, and who is never called is told so', async () => {
  const server = await serve({ callMs: 20 });
  await dropped(await call());
  await expect(server.expect(TOKEN)).rejects.toMatchObject({ code: 'XFRD_RECEIVER_LOST' });
});

test('there are so many connections and no more; those that came before are served', async () => {
  const server = await serve({ connections: 2 });
  const feed = server.expect(TOKEN);
  const [first] = [await call(), await call()];
  await dropped(await call(TOKEN));
  first.write(TOKEN);
  await expectBytes(await feed, first);
});
