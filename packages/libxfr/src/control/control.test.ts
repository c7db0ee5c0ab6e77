import { mkdtemp, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import type { ObservedEvent, TransferSummary } from '../events.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { LINKS, type Link } from '../testing/links.ts';
import { startReceiving, startTransfer, type StartTransferOptions } from '../transfer/start.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { cancelServed, changeServed, listServed, watchServed } from './ask-served.ts';
import { findServed, transferSocketPath } from './find-served.ts';
import { decodeReply, decodeRequest } from './messages.ts';
import { serveTransfers } from './serve-transfers.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'xfr-control-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const ends = <T>(promise: Promise<T>): Promise<unknown> => promise.catch((thrown: unknown) => thrown);
interface Moving {
  readonly source: FakeSource;
  readonly target: FakeTarget;
  readonly sent: Transfer;
  readonly received: Transfer<TransferSummary | undefined>;
}

/** A transfer that stands still behind its first byte, until the test lets it go on. */
async function moving(options: StartTransferOptions = {}): Promise<Moving> {
  const link: Link = await LINKS['memory']!();
  const [source, target] = [new FakeSource(), new FakeTarget()];
  const sent = startTransfer(source, link.source, { rate: 1, ...options });
  const received = startReceiving(link.target, () => target);
  for await (const event of sent) if (event.type === 'phase' && event.phase === 'precopy') break;
  return { source, target, sent, received };
}

async function ended({ sent, received }: Moving): Promise<void> {
  try {
    sent.cancel();
  } catch {
    // it has ended
  }
  await Promise.all([ends(sent.result), ends(received.result)]);
}

const path = (): string => join(root, 'run/control.sock');

test('there are so many connections and no more', async () => {
  await using _control = await serveTransfers(path());
  const idle = Array.from({ length: 32 }, () => connect(path()).on('error', () => undefined));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const refused = connect(path()).on('error', () => undefined);
  // With unread bytes it would be an error; it sends nothing, and gets no answer.
  expect(await text(refused)).toBe('');
  for (const socket of idle) socket.destroy();
});

test('both ends are listed by their process, and forgotten when they have ended', async () => {
  const move = await moving({ budget: { maxDowntimeMs: 300 } });
  await using server = await serveTransfers(path());
  for (const transfer of [move.sent, move.received]) server.add(transfer);
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(path()))).mode & 0o777).toBe(0o700);
  const listed = await listServed(path());
  expect(listed.map(({ role, id }) => [role, id])).toEqual([
    ['source', move.sent.id],
    ['target', move.sent.id],
  ]);
  expect(listed[0]).toMatchObject({
    guest: { name: 'web1' },
    figures: { status: 'precopy', total: 1_000_000 },
    settings: { bwlimit: '1 B/s', maxDowntimeMs: 300 },
  });
  await ended(move);
  expect(await listServed(path())).toEqual([]);
});

test('a transfer is cancelled, and the answer comes when all is undone', async () => {
  const move = await moving();
  await using server = await serveTransfers(path());
  server.add(move.sent);
  await cancelServed(path(), move.sent.id!, { reason: 'enough' });
  expect(move.source.state).toBe('running');
  expect(await ends(move.sent.result)).toMatchObject({ code: 'XFR_CANCELLED', message: 'given up: enough' });
  await ends(move.received.result);
  expect(move.target.state).toBe('abandoned');
});

test('who asks for the end hears of it though the server closes with the transfer', async () => {
  const move = await moving();
  const server = await serveTransfers(path());
  server.add(move.sent);
  const closed = ends(move.sent.result).then(() => server.close());
  await cancelServed(path(), move.sent.id!);
  await closed;
  await ended(move);
});

test('what has ended, and what is not known, is not under way', async () => {
  const move = await moving();
  await using server = await serveTransfers(path());
  server.add(move.sent);
  await ended(move);
  await expect(cancelServed(path(), move.sent.id!)).rejects.toMatchObject({ code: 'XFR_NOT_UNDER_WAY' });
  await expect(cancelServed(path(), 'f'.repeat(32))).rejects.toMatchObject({
    code: 'XFR_NOT_UNDER_WAY',
    kind: 'usage',
  });
});

test('once the guest belongs to the target, a cancel is refused, and it moves', async () => {
  const link: Link = await LINKS['memory']!();
  await using server = await serveTransfers(path());
  let refused: unknown;
  const sent: Transfer = startTransfer(new FakeSource(), link.source, {
    onEvent: (event) => event.type === 'began' && queueMicrotask(() => server.add(sent)),
    onStep: async ({ kind, when, name, id }) => {
      if (kind === 'journal' && when === 'after' && name === 'committed')
        refused = await ends(cancelServed(path(), id));
    },
  });
  const received = startReceiving(link.target, () => new FakeTarget());
  expect(await sent.result).toMatchObject({ domid: 7 });
  await received.result;
  expect(refused).toMatchObject({
    code: 'XFR_TOO_LATE',
    hint: expect.stringContaining(`vm-migrate resolve ${sent.id?.slice(0, 8)}`),
  });
});

test('settings are changed as they are on the command line; nonsense changes nothing', async () => {
  const move = await moving({ budget: { maxDowntimeMs: 300, onNoConvergence: 'force' } });
  await using server = await serveTransfers(path());
  server.add(move.sent);
  const id = move.sent.id!;
  const change = { bwlimit: '00:00,2 20:00,3', stopAndCopyBwlimit: '5M', maxDowntimeMs: 50 };
  expect(await changeServed(path(), id, change)).toEqual({
    bwlimit: '00:00,2 B/s 20:00,3 B/s',
    stopAndCopyBwlimit: '5 MiB/s',
    maxDowntimeMs: 50,
    onNoConvergence: 'force',
  });
  const nonsense = changeServed(path(), id, { bwlimit: 'fast', maxDowntimeMs: 1 });
  await expect(nonsense).rejects.toMatchObject({ code: 'RATE_SYNTAX', kind: 'usage' });
  expect(move.sent.settings.maxDowntimeMs).toBe(50);
  await changeServed(path(), id, { bwlimit: 'off' });
  await move.sent.result;
  await move.received.result;
});

test('each who watches hears all of it', async () => {
  const move = await moving();
  await using server = await serveTransfers(path());
  server.add(move.sent);
  const watch = async (): Promise<string[]> => {
    const types = [];
    for await (const event of watchServed(path(), move.sent.id!))
      types.push(event.type === 'phase' ? event.phase : event.type);
    return types;
  };
  const watching = [watch(), watch()];
  const stopped = new AbortController();
  for await (const event of watchServed(path(), move.sent.id!, { signal: stopped.signal }))
    if (event.type === 'began') break; // one goes, and the others hear on
  move.sent.setRate(Infinity);
  for (const heard of await Promise.all(watching)) {
    const others = heard.filter((type) => type !== 'progress');
    expect(others).toEqual([
      'connecting',
      'reserving',
      'began',
      'precopy',
      'changed',
      'suspending',
      'stop-and-copy',
      'finishing',
      'starting',
      'completed',
    ]);
  }
  await move.received.result;
});

test('a watcher hears of a failure with its code', async () => {
  const move = await moving();
  await using server = await serveTransfers(path());
  server.add(move.sent);
  const heard: ObservedEvent[] = [];
  for await (const event of watchServed(path(), move.sent.id!)) {
    if (event.type === 'began') move.sent.cancel();
    heard.push(event);
  }
  expect(heard.at(-1)).toMatchObject({ type: 'failed', error: { code: 'XFR_CANCELLED' } });
  await ended(move);
});

describe('a hostile client', () => {
  const say = async (...lines: (string | Buffer)[]): Promise<unknown> => {
    const socket = connect(path()).on('error', () => undefined);
    await once(socket, 'connect');
    for (const line of lines) socket.write(line);
    return JSON.parse((await text(socket)) || 'null') as unknown;
  };
  const refused = (expected: string) => ({ v: 1, error: { code: expected, kind: 'usage' } });

  test.each([
    ['garbage', ['\u0000\u0001garbage\n'], 'XFR_CONTROL_PROTOCOL'],
    ['no object', ['[]\n'], 'XFR_CONTROL_PROTOCOL'],
    ['another version', ['{"v":7,"do":"dance"}\n'], 'XFR_CONTROL_VERSION'],
    ['an unknown question', ['{"v":1,"do":"dance"}\n'], 'XFR_CONTROL_PROTOCOL'],
    ['an unknown field', ['{"v":1,"do":"list","all":true}\n'], 'XFR_CONTROL_PROTOCOL'],
    ['a path for an id', ['{"v":1,"do":"cancel","id":"../../etc"}\n'], 'XFR_CONTROL_PROTOCOL'],
    ['a line without end', [Buffer.alloc(5000, 'x')], 'XFR_CONTROL_PROTOCOL'],
    ['a deep one', [`${'['.repeat(4000)}\n`], 'XFR_CONTROL_PROTOCOL'],
  ])('%s gets an error of its own', async (_, lines, expected) => {
    await using _server = await serveTransfers(path());
    expect(await say(...lines)).toMatchObject(refused(expected));
    expect(await listServed(path())).toEqual([]);
  });

  test('one that asks twice is cut off, and one that hangs up does no harm', async () => {
    await using _server = await serveTransfers(path());
    connect(path()).destroy();
    const socket = connect(path()).on('error', () => undefined);
    socket.write('{"v":1,"do":"list"}\n');
    await once(socket, 'data');
    socket.write('{"v":1,"do":"list"}\n');
    await once(socket.resume(), 'close');
    expect(await listServed(path())).toEqual([]);
  });

  test('a watcher that never reads holds up neither the transfer nor the others', async () => {
    const move = await moving();
    await using server = await serveTransfers(path());
    server.add(move.sent);
    const idle = connect(path()).on('error', () => undefined);
    idle.write(`{"v":1,"do":"watch","id":"${move.sent.id}"}\n`);
    await listServed(path());
    move.sent.setRate(Infinity);
    await Promise.all([move.sent.result, move.received.result]);
    idle.destroy();
  });

  test('whatever it says is understood or refused', () => {
    const nearly = fc.record(
      {
        v: fc.constantFrom(1, 2, '1', null),
        do: fc.constantFrom('list', 'watch', 'cancel', 'set', 7),
        id: fc.oneof(fc.string(), fc.constant('a'.repeat(32))),
        bwlimit: fc.oneof(fc.string(), fc.integer()),
        maxDowntimeMs: fc.oneof(fc.double(), fc.string()),
        onNoConvergence: fc.constantFrom('abort', 'forget'),
        reason: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      nearly.map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(line, (bytes) => {
        for (const decode of [decodeRequest, decodeReply]) {
          try {
            decode(bytes);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(VmToolsError);
          }
        }
      }),
    );
  });
});

test('a socket that a crash has left is passed over and removed; a silent process is told', async () => {
  const move = await moving();
  const id = move.sent.id!;
  await using server = await serveTransfers(transferSocketPath(root, id));
  server.add(move.sent);
  const stale = transferSocketPath(root, 'f'.repeat(32));
  await leaveSocket(stale);
  const { found, silent } = await findServed(root);
  expect(found).toMatchObject([{ id, role: 'source', socketPath: transferSocketPath(root, id) }]);
  expect(silent).toEqual([]);
  await expect(stat(stale)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(listServed(stale)).rejects.toMatchObject({ code: 'XFR_CONTROL_ABSENT', kind: 'usage' });

  const rude = createServer((socket) => void socket.end('nonsense\n')).listen(stale);
  await once(rude, 'listening');
  expect((await findServed(root)).silent).toMatchObject([{ code: 'XFR_CONTROL_PROTOCOL' }]);
  rude.close();
  await ended(move);
});

test('a host on which nothing moves has nothing to show', async () => {
  expect(await findServed(root)).toEqual({ found: [], silent: [] });
});

/** Node removes the file of a server that is closed; a process that is killed leaves it. */
async function leaveSocket(socketPath: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const { spawn } = await import('node:child_process');
  await once(spawn(process.execPath, ['-e', script]), 'exit');
}
