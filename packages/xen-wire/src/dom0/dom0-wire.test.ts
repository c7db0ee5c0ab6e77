import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { duplexPair, type Duplex } from 'node:stream';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { connectDom0 } from '../client/connect.ts';
import { listenDom0 } from '../server/listen.ts';
import { asDom0, DoubleDom0 } from '../testing/double-dom0.ts';
import { LINKS } from '../testing/links.ts';
import { remoteDom0, type RemoteDom0 } from './remote-dom0.ts';
import { serveDom0, type Dom0Server } from './serve-dom0.ts';

interface Bench extends AsyncDisposable {
  readonly double: DoubleDom0;
  readonly server: Dom0Server;
  readonly dom0: RemoteDom0;
}

async function bench(makeLink = LINKS['memory']!): Promise<Bench> {
  const double = new DoubleDom0();
  const server = serveDom0(asDom0(double));
  const link = await makeLink((connection) => server.accept(connection));
  const dom0 = await remoteDom0(() => link.connect());
  return {
    double,
    server,
    dom0,
    async [Symbol.asyncDispose]() {
      await dom0.close();
      await server.close();
      await link.close();
    },
  };
}

const RUN = { path: '/etc/xen/scripts/block', args: ['add'], env: { XENBUS_PATH: 'backend/vbd/7/0' } };
const BOOT = { program: 'pygrub', args: ['/a'], folder: '/b', output: '/b/output', logPath: '/log' };
const START = { domid: 7, program: '/usr/bin/qemu', args: ['-M', 'xenpv'], env: {}, logPath: '/log' };
const COUNTERS = {
  networks: [{ domid: 7, id: 0, receivedBytes: 1, sentBytes: 2 ** 50 }],
  disks: [{ domid: 7, id: 51712, reads: 1, writes: 2, readSectors: 3, writtenSectors: 4 }],
};
const QEMU = { pid: 5_000_000, domid: 7 };
const LOOP = { path: '/dev/loop1', file: '/a', sequence: '7', isPlain: true, isInUse: false };

describe.each(Object.entries(LINKS))('over %s', (_, makeLink) => {
  test('each call with its arguments and its answer', async () => {
    await using at = await bench(makeLink);
    const { dom0, double } = at;
    const ask = async (answer: unknown, call: () => Promise<unknown>): Promise<void> => {
      double.answer = () => answer;
      expect(await call()).toEqual(answer);
    };
    await ask({ is: 'block', major: 7, minor: 1, bytes: 512 }, () => dom0.lookAt('/dev/loop1'));
    await ask({ is: 'file', device: '1', inode: '18446744073709551615', bytes: 1 }, () => dom0.lookAt('/a'));
    await ask({ is: 'absent' }, () => dom0.lookAt('/b'));
    await ask('not-executable', () => dom0.lookAtProgram('/bin'));
    await ask(true, () => dom0.hasBridge('xenbr0'));
    await ask(COUNTERS, () => dom0.deviceCounters());
    await ask({ status: 1, lastWords: 'no' }, () => dom0.runScript(RUN));
    await ask({ status: 0, lastWords: '', output: 'kernel /k\0' }, () => dom0.runBootloader(BOOT));
    await ask(undefined, () => dom0.flush('/a'));
    await ask(LOOP, () => dom0.lookAtLoop('/dev/loop1'));
    await ask(undefined, () => dom0.lookAtLoop('/dev/loop2'));
    await ask([LOOP], () => dom0.listLoops());
    await ask(undefined, () => dom0.detachLoop(LOOP));
    await ask({ pid: 5_000_000 }, () => dom0.startQemu(START));
    await ask(false, () => dom0.isQemu(QEMU));
    await ask([QEMU], () => dom0.listQemus());
    await ask(undefined, () => dom0.endQemu(QEMU, 'at-once'));
    await ask([{ device: 'xvda' }], () => dom0.qmp('/qmp', 'query-block'));
    await ask(undefined, () => dom0.qmp('/qmp', 'stop', { now: true }));
    expect(double.calls).toEqual([
      ['lookAt', '/dev/loop1'],
      ['lookAt', '/a'],
      ['lookAt', '/b'],
      ['lookAtProgram', '/bin'],
      ['hasBridge', 'xenbr0'],
      ['deviceCounters'],
      ['runScript', RUN],
      ['runBootloader', BOOT],
      ['flush', '/a'],
      ['lookAtLoop', '/dev/loop1'],
      ['lookAtLoop', '/dev/loop2'],
      ['listLoops'],
      ['detachLoop', { path: LOOP.path, sequence: LOOP.sequence }],
      ['startQemu', START],
      ['isQemu', QEMU],
      ['listQemus'],
      ['endQemu', QEMU, 'at-once'],
      ['qmp', '/qmp', 'query-block', {}],
      ['qmp', '/qmp', 'stop', { now: true }],
    ]);
  });
});

test('an error comes as it was thrown there', async () => {
  await using at = await bench();
  const cause = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  const thrown = new VmToolsError({
    code: 'DOM0_SCRIPT_MISSING',
    kind: 'usage',
    message: 'there is no script',
    hint: 'install it',
    details: { path: '/x' },
    cause,
  });
  at.double.answer = () => Promise.reject(thrown);
  await expect(at.dom0.runScript(RUN)).rejects.toMatchObject({
    code: 'DOM0_SCRIPT_MISSING',
    kind: 'usage',
    message: 'there is no script',
    hint: 'install it',
    details: { path: '/x' },
    cause: { message: 'no such file' },
  });
});

test('a signal goes along, and the call ends when it has ended there', async () => {
  await using at = await bench();
  const begun = Promise.withResolvers<AbortSignal>();
  const ended = Promise.withResolvers<unknown>();
  at.double.answer = (_, args) => {
    begun.resolve((args.at(-1) as { signal: AbortSignal }).signal);
    return ended.promise;
  };
  const stop = new AbortController();
  const running = at.dom0.runScript(RUN, { signal: stop.signal });
  const signal = await begun.promise;
  stop.abort();
  if (!signal.aborted) await once(signal, 'abort');
  ended.reject(new Error('killed'));
  const interrupted = { code: 'INTERRUPTED', message: 'interrupted while running /etc/xen/scripts/block' };
  await expect(running).rejects.toMatchObject(interrupted);
  await expect(at.dom0.qmp('/qmp', 'stop', {}, { signal: stop.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});

test('a client that goes takes its calls along; a server that goes is told of', async () => {
  await using at = await bench();
  const begun = Promise.withResolvers<AbortSignal>();
  at.double.answer = (_, args) => {
    const { signal } = args.at(-1) as { signal: AbortSignal };
    begun.resolve(signal);
    return once(signal, 'abort').then(() => Promise.reject(signal.reason as Error));
  };
  const running = at.dom0.runScript(RUN);
  await begun.promise;
  await at.server.close();
  await expect(running).rejects.toMatchObject({ code: 'XEN_WIRE_LOST', kind: 'no-xen' });
  await expect(at.dom0.lookAt('/a')).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
});

test('one that never answers', async () => {
  const server = serveDom0(
    asDom0(Object.assign(new DoubleDom0(), { answer: () => new Promise(() => undefined) })),
    {
      closeMs: 1,
    },
  );
  const link = await LINKS['memory']!((connection) => server.accept(connection));
  const dom0 = await remoteDom0(() => link.connect(), { callMs: 1 });
  await expect(dom0.lookAt('/a')).rejects.toMatchObject({ code: 'XEN_WIRE_TIMEOUT', kind: 'timeout' });
  await expect(server.close()).rejects.toMatchObject({ code: 'XEN_WIRE_TIMEOUT' });
});

/** The client's end of a connection to a server that a test plays. */
async function meet(
  lines: readonly string[],
): Promise<{ readonly dom0: Promise<RemoteDom0>; readonly theirs: Duplex }> {
  const [ours, theirs] = duplexPair();
  ours.on('close', () => theirs.destroy());
  for (const line of lines) theirs.write(`${line}\n`);
  theirs.resume();
  return { dom0: remoteDom0(() => Promise.resolve(ours)), theirs };
}

test('servers that speak otherwise', async () => {
  const { dom0: other } = await meet(['{"dom0Wire":2}']);
  await expect(other).rejects.toMatchObject({ code: 'XEN_WIRE_VERSION' });
  const { dom0: xen } = await meet(['{"xenWire":1}']);
  await expect(xen).rejects.toMatchObject({ code: 'XEN_WIRE_PROTOCOL' });
  const { dom0, theirs } = await meet(['{"dom0Wire":1}']);
  const asked = (await dom0).isQemu(QEMU);
  theirs.write('{"type":"done","id":1,"result":"perhaps"}\n');
  await expect(asked).rejects.toMatchObject({
    code: 'XEN_WIRE_PROTOCOL',
    message: expect.stringContaining('the answer to isQemu'),
  });
  theirs.destroy();
});

test.each([
  '{"type":"call","id":1,"call":"shutDown","args":[]}',
  '{"type":"call","id":0,"call":"lookAt","args":["/a"]}',
  '{"type":"answer","id":1}',
  'lookAt',
])('%s ends a connection', async (line) => {
  const server = serveDom0(asDom0(new DoubleDom0()));
  const [ours, theirs] = duplexPair();
  theirs.on('close', () => ours.destroy());
  server.accept(theirs);
  ours.write('{"dom0Wire":1}\n');
  ours.write(`${line}\n`);
  ours.resume();
  await once(ours, 'close');
  await server.close();
});

test('wrong arguments are refused, and the connection goes on', async () => {
  await using at = await bench();
  const wrong = at.dom0.lookAt(7 as never);
  await expect(wrong).rejects.toMatchObject({ code: 'XEN_WIRE_PROTOCOL' });
  expect(at.double.calls).toEqual([]);
  at.double.answer = () => ({ is: 'other' });
  expect(await at.dom0.lookAt('/')).toEqual({ is: 'other' });
});

test('a socket of its own, for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dom0-'));
  const path = join(folder, 'dom0.sock');
  await expect(connectDom0(path)).rejects.toMatchObject({ code: 'XEN_WIRE_UNREACHABLE' });
  const listening = await listenDom0(asDom0(new DoubleDom0()), path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const dom0 = await connectDom0(path);
  await dom0.flush('/a');
  await dom0.close();
  await listening.close();
  await rm(folder, { recursive: true });
});
