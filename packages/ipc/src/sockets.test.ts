import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { answerQuestion, connectTo, readLine, readLines, writeLine } from './sockets.ts';

const HOUR_MS = 3_600_000;
const broken = (message: string): VmToolsError => new VmToolsError({ code: 'BROKEN', message });
const absent = (cause: Error): VmToolsError => new VmToolsError({ code: 'ABSENT', message: 'none', cause });
const wait = { limitMs: HOUR_MS, late: { code: 'LATE', message: 'too late' } };
const reading = { ...wait, longestBytes: 20, broken };
const options = { ...reading, failed: (thrown: unknown) => ({ error: messageOf(thrown) }), readMs: HOUR_MS };

let folder: string;
let server: Server | undefined;
const path = (): string => join(folder, 'socket');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sockets-'));
});
afterEach(async () => {
  if (server?.listening === true) await once(server.close(), 'close');
  await rm(folder, { recursive: true });
});

/** Counts down from what is asked. */
async function* countDown(question: Buffer): AsyncGenerator<number> {
  for (let left = Number(question.toString()); left > 0; left--) yield left;
  if (question.length > 1) throw broken('no more');
}

async function serve(answer = countDown as Parameters<typeof answerQuestion>[1]): Promise<void> {
  server = createServer((socket) => void answerQuestion(socket, answer, options)).listen(path());
  await once(server, 'listening');
}

async function say(what: string): Promise<string> {
  const socket = connect(path()).on('error', () => undefined);
  socket.write(what);
  return text(socket);
}

test('a question is answered in as many lines as there are, or with an error', async () => {
  await serve();
  const socket = await connectTo(path(), wait, absent);
  expect(await writeLine(socket, 3, HOUR_MS)).toBe(true);
  const heard: string[] = [];
  for await (const line of readLines(socket, reading)) heard.push(line.toString());
  expect(heard).toEqual(['3', '2', '1']);
  expect(await say('01\n')).toBe('1\n{"error":"no more"}\n');
  expect(await say(`${'x'.repeat(21)}\n`)).toBe('{"error":"a line is longer than 20 bytes"}\n');
});

test('one that asks twice is cut off; one that hangs up ends its answer', async () => {
  const ended = Promise.withResolvers<undefined>();
  await serve(async function* (_, signal) {
    yield 'first';
    await once(signal, 'abort');
    ended.resolve(undefined);
  });
  const twice = connect(path()).on('error', () => undefined);
  twice.write('1\n');
  await once(twice, 'data');
  twice.write('2\n');
  await once(twice.resume(), 'close');
  await ended.promise;
});

test('a line is waited for up to a limit, and up to the end of the connection', async () => {
  server = createServer((socket) => socket.once('data', () => socket.end('half')));
  await once(server.listen(path()), 'listening');
  const socket = await connectTo(path(), wait, absent);
  const late = readLine(socket, { ...reading, limitMs: 1 });
  await expect(late).rejects.toMatchObject({ code: 'LATE', kind: 'timeout' });
  socket.destroy();
  const other = await connectTo(path(), wait, absent);
  await writeLine(other, 1, HOUR_MS);
  expect(await readLine(other, reading)).toBeUndefined();
  other.destroy();
});

test('a path without a listener', async () => {
  await expect(connectTo(path(), wait, absent)).rejects.toMatchObject({
    code: 'ABSENT',
    cause: { code: 'ENOENT' },
  });
  const signal = AbortSignal.abort();
  await expect(connectTo(path(), { ...wait, signal }, absent)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('nothing is written to one that does not read', async () => {
  await serve(async function* () {
    yield 1;
  });
  const socket = await connectTo(path(), wait, absent);
  socket.pause();
  const big = 'x'.repeat(1 << 20);
  let sent = true;
  for (let count = 0; sent && count < 64; count++) sent = await writeLine(socket, big, 1);
  expect(sent).toBe(false);
  socket.destroy();
  expect(await writeLine(socket, 1, HOUR_MS)).toBe(false);
});
