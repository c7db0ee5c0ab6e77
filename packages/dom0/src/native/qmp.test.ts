import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { smallQmp } from '../testing/small-qmp.ts';
import { qmp } from './qmp.ts';

let folder: string;
let path: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qmp-'));
  path = join(folder, 'qmp');
});
afterEach(async () => {
  jest.restoreAllMocks();
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

async function serve(made: Server): Promise<void> {
  server = made.listen(path);
  await once(server, 'listening');
}

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';
const SILENT = { code: 'DOM0_QMP_SILENT', kind: 'timeout' };

/** A server that says these texts: one at once, and one for each line that it is sent. */
function sayer(...texts: readonly string[]): Server {
  return createServer((socket) => {
    const [first = '', ...rest] = texts;
    socket.on('error', () => undefined).write(first);
    socket.on('data', () => void socket.write(rest.shift() ?? ''));
  });
}

test('an answer among events', async () => {
  await serve(smallQmp());
  expect(await qmp(path, 'query-status')).toEqual({ running: true, status: 'running' });
  expect(await qmp(path, 'query-block', { flat: true })).toEqual([]);
});

test('what it refuses, in its own words', async () => {
  await serve(smallQmp());
  await expect(qmp(path, 'eject')).rejects.toMatchObject({
    code: 'DOM0_QMP_FAILED',
    message: 'qemu refuses eject: The command eject has not been found',
  });
});

test.each(['{"id": "stop", "error": null}', '{"id": "stop", "error": {"desc": 7}}'])('%s', async (answer) => {
  await serve(sayer(GREETING, '{"id": "qmp_capabilities", "return": {}}\r\n', `${answer}\r\n`));
  await expect(qmp(path, 'stop')).rejects.toMatchObject({
    code: 'DOM0_QMP_FAILED',
    message: 'qemu refuses stop: it does not say why',
  });
});

test('an answer in pieces, and one of another client', async () => {
  await serve(
    createServer((socket) => {
      socket.write(GREETING.slice(0, 7));
      socket.write(GREETING.slice(7));
      socket.once('data', () => {
        socket.write('\r\n{"return": {}, "id": "other"}\r\n{"return": {}, "id": "qmp_capabilities"}\r\n');
        socket.once('data', () => void socket.write('{"return": {"a": 1}, "id": "stop"}\r\n'));
      });
    }),
  );
  expect(await qmp(path, 'stop')).toEqual({ a: 1 });
});

test.each([
  ['no JSON', ['not a greeting\r\n'], /JSON/],
  ['no object', ['null\r\n'], /null/],
  ['a number', ['7\r\n'], /7/],
  ['too much', ['x'.repeat(2 ** 20 + 1)], /too much/],
])('%s', async (_, texts, cause) => {
  await serve(sayer(...texts));
  await expect(qmp(path, 'stop')).rejects.toMatchObject({
    ...SILENT,
    details: { command: 'stop', path },
    cause: { message: expect.stringMatching(cause) },
  });
});

test('one that hangs up', async () => {
  await serve(createServer((socket) => socket.end(GREETING)));
  await expect(qmp(path, 'stop')).rejects.toMatchObject({
    code: 'DOM0_QMP_SILENT',
    cause: { message: 'it has closed the connection' },
  });
});

test('one that says nothing is left when its time is over', async () => {
  const limit = new AbortController();
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
  const made = createServer();
  await serve(made);
  const asked = qmp(path, 'stop');
  const [socket] = (await once(made, 'connection')) as [Socket];
  expect(timeout).toHaveBeenCalledWith(10_000);
  limit.abort();
  await expect(asked).rejects.toMatchObject({ code: 'DOM0_QMP_SILENT' });
  socket.resume();
  await once(socket, 'close'); // so that another client has its turn
});

test('a signal ends the wait', async () => {
  const made = createServer();
  await serve(made);
  const stop = new AbortController();
  const asked = qmp(path, 'stop', {}, { signal: stop.signal });
  const [socket] = (await once(made, 'connection')) as [Socket];
  stop.abort();
  await expect(asked).rejects.toMatchObject({
    code: 'INTERRUPTED',
    message: 'interrupted while asking qemu for stop',
  });
  socket.destroy();
  const late = qmp(path, 'stop', {}, { signal: stop.signal });
  await expect(late).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
