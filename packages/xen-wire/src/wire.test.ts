import { once } from 'node:events';
import { PassThrough, Readable, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { BuildSpec, PrecopyStats, Xen } from '@vm-tools/xc-native';
import type { ConnectionUse } from './client/remote-xen.ts';
import { remoteXen, type RemoteXenOptions } from './index.ts';
import { serveXen, type XenServer } from './server/index.ts';
import { asXen, DoubleXen, END, FRAMES, HEAD, xcError } from './testing/double-xen.ts';
import { LINKS, type Link } from './testing/links.ts';

const ports = { storePort: 1, storeDomid: 0, consolePort: 2, consoleDomid: 5 };
const suspend = async (): Promise<void> => undefined;

describe.each(Object.entries(LINKS))('over %s', (_name, makeLink) => {
  let double: DoubleXen;
  let server: XenServer;
  let link: Link;
  /** The client's ends, the first is that of the calls. */
  let connections: Duplex[];
  let xen: Xen;

  const connect = async (use: ConnectionUse): Promise<Duplex> => {
    const connection = await link.connect(use);
    connections.push(connection);
    return connection;
  };
  const open = (options?: RemoteXenOptions): Promise<Xen> => remoteXen(connect, options);

  beforeEach(async () => {
    double = new DoubleXen();
    server = serveXen(asXen(double));
    link = await makeLink((connection) => server.accept(connection));
    connections = [];
    xen = await open();
  });
  afterEach(async () => {
    await xen.close();
    if (double.manner !== 'hang') await server.close();
    await link.close();
  });

  test('the version is there from the start', () => {
    expect(xen.version).toEqual({ major: 4, minor: 17, extra: '.7' });
  });

  describe('short calls', () => {
    test.each([
      ['domainMaxVcpus', [7, 4], undefined],
      ['domainSetmaxmem', [7, 1 << 30], undefined],
      ['domainSetMemmapLimit', [7, 2 ** 40], undefined],
      ['domainSetTscInfo', [7, 0], undefined],
      ['domainSetTimeOffset', [7, -3600], undefined],
      ['setPagingMempoolSize', [7, 2 ** 40], undefined],
      ['hvmParamSet', [7, 10, 0xffff_ffff_ffff_ffffn], undefined],
      ['hvmParamGet', [7, 10], 0xffff_ffff_ffff_ffffn],
      ['cpuidApplyPolicy', [7, { restore: true }], undefined],
      ['domainClaimPages', [7, 2 ** 31], undefined],
      ['evtchnAllocUnbound', [7, 0], 3],
      ['domainCreate', [{ uuid: 'u', type: 'pvh', maxVcpus: 2, hap: true }], 7],
      ['cpupoolCreate', ['credit2'], 1],
      ['cpupoolMovedomain', [1, 7], undefined],
      ['domainSendTrigger', [7, 'nmi', 0], undefined],
      ['sendDebugKeys', ['q'], undefined],
      ['domainPause', [7], undefined],
      ['domainUnpause', [7], undefined],
      ['domainShutdown', [7, 'soft-reset'], undefined],
      ['domainResume', [7, { fast: true }], undefined],
      ['domainGetinfo', [7], undefined],
    ] as const)('%s', async (name, args, answer) => {
      double.answer = () => answer;
      const calls = xen as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
      expect(await calls[name]!(...args)).toBe(answer);
      expect(double.calls).toEqual([[name, ...args]]);
    });

    test('what they tell', async () => {
      const info = {
        ...{ domid: 7, uuid: 'u', isHvmContainer: true, isDying: false, isPaused: false, isBlocked: true },
        ...{ isRunning: false, shutdownReason: undefined, totPages: 1, maxPages: 2, outstandingPages: 0 },
        ...{ pagedPages: 0, onlineVcpus: 1, maxVcpuId: 0, cpuTimeNs: 2n ** 63n, cpupool: 3 },
      };
      double.answer = () => info;
      expect(await xen.domainGetinfo(7)).toStrictEqual(info);
      // More than a line of a client may hold.
      const all = Array.from({ length: 5000 }, (_, domid) => ({ ...info, domid, shutdownReason: 'crash' }));
      double.answer = () => all;
      const received = await xen.domainGetinfolist();
      expect(received).toHaveLength(all.length);
      expect(received.at(-1)).toEqual(all.at(-1));
    });

    test('CPU policies, as bytes', async () => {
      const policy = { cpuid: Buffer.alloc(48, 1), msrs: Buffer.alloc(16, 2) };
      double.answer = () => policy;
      expect(await xen.cpuPolicyGetDomain(7)).toEqual(policy);
      expect(await xen.cpuPolicyGetSystem('pvh')).toEqual(policy);
      double.answer = () => false;
      expect(await xen.cpuPolicyIsCompatible('pv', policy)).toBe(false);
      expect(double.calls).toEqual([
        ['cpuPolicyGetDomain', 7],
        ['cpuPolicyGetSystem', 'pvh'],
        ['cpuPolicyIsCompatible', 'pv', policy],
      ]);
      const tooLong = { ...policy, cpuid: Buffer.alloc(24 * 1025) };
      await expect(xen.cpuPolicyIsCompatible('pv', tooLong)).rejects.toMatchObject({
        code: 'XEN_WIRE_PROTOCOL',
      });
    });

    test('many at once, answered in whichever order', async () => {
      const answers: PromiseWithResolvers<bigint>[] = [];
      double.answer = () => answers[answers.push(Promise.withResolvers()) - 1]!.promise;
      const asked = Array.from({ length: 300 }, () => xen.hvmParamGet(7, 1));
      const last = asked.at(-1)!;
      while (answers.length < 300) await new Promise(setImmediate);
      answers.toReversed().forEach(({ resolve }, index) => resolve(BigInt(index)));
      expect(await last).toBe(0n);
      expect(await asked[0]).toBe(299n);
    });

    test('an error comes as it was, with its causes', async () => {
      const cause = xcError('xc_evtchn_alloc_unbound', 'ENOSPC', 7);
      const foreign = Object.assign(new Error('no such file'), { code: 'ENOENT' });
      const guest = { name: 'web', domid: 7, state: 'still running here' };
      const error = cause.with({ cause: cause.with({ cause: foreign }), guest, leftovers: ['a page'] });
      double.answer = () => Promise.reject(error);
      const received = await xen.evtchnAllocUnbound(7, 0).catch((thrown: unknown) => thrown);
      expect(received).toBeInstanceOf(VmToolsError);
      expect((received as VmToolsError).toJSON()).toEqual(error.toJSON());
      expect(((received as VmToolsError).cause as VmToolsError).cause).toMatchObject({ code: 'ENOENT' });
    });

    test('an error of another kind becomes one of ours', async () => {
      double.answer = () => Promise.reject(new TypeError('a bug'));
      await expect(xen.domainPause(7)).rejects.toMatchObject({ code: 'XEN_CALL_FAILED', message: 'a bug' });
    });

    test('an answer that makes no sense', async () => {
      double.answer = () => 'seven';
      await expect(xen.evtchnAllocUnbound(7, 0)).rejects.toMatchObject({
        code: 'XEN_WIRE_PROTOCOL',
        message: expect.stringContaining('the answer to evtchnAllocUnbound is not understood'),
      });
    });

    test('an argument that makes none fails that call alone', async () => {
      await expect(xen.domainPause(-1)).rejects.toMatchObject({
        code: 'XEN_WIRE_PROTOCOL',
        message: expect.stringContaining('the call domainPause is not understood'),
      });
      await expect(xen.domainPause(7)).resolves.toBeUndefined();
    });

    test('one that hangs', async () => {
      double.answer = () => new Promise(() => undefined);
      const impatient = await open({ shortCallMs: 20 });
      await expect(impatient.domainPause(7)).rejects.toMatchObject({
        code: 'XEN_WIRE_TIMEOUT',
        kind: 'timeout',
        details: { call: 'domainPause' },
      });
      await impatient.close();
      double.manner = 'hang';
    });
  });

  describe('domainBuild and domainDestroy', () => {
    const spec: BuildSpec = {
      ...{ ...ports, type: 'pvh', kernel: '/boot/a kernel', cmdline: 'grüße', maxVcpus: 3 },
      ...{ targetKib: 5 << 20, maxKib: 5 << 20 },
      acpi: [{ guestAddress: 0xfc008000, data: Buffer.from([0, 255, 10]) }],
      e820: [{ address: 0x1_0000_0000, size: 2 ** 30, type: 'acpi' }],
    };

    test('the specification goes there, the frames and the log come back', async () => {
      double.answer = () => FRAMES;
      const lines: string[] = [];
      expect(await xen.domainBuild(7, spec, { onLog: (line) => lines.push(line) })).toEqual(FRAMES);
      expect(double.calls).toEqual([['domainBuild', 7, spec]]);
      expect(lines).toEqual(['debug: domainBuild']);
      double.answer = () => undefined;
      await xen.domainDestroy(7);
      expect(double.calls.at(-1)).toEqual(['domainDestroy', 7]);
    });

    test('a specification that is too long', async () => {
      const long = { ...spec, cmdline: 'x'.repeat(1 << 20) };
      await expect(xen.domainBuild(7, long)).rejects.toMatchObject({ code: 'XEN_WIRE_PROTOCOL' });
      await expect(xen.domainPause(7)).resolves.toBeUndefined();
    });

    test('an abort', async () => {
      double.answer = () => new Promise(() => undefined);
      const abort = new AbortController();
      const building = xen.domainBuild(7, spec, { signal: abort.signal, onLog: () => abort.abort() });
      await expect(building).rejects.toMatchObject({
        code: 'INTERRUPTED',
        kind: 'interrupted',
        message: 'interrupted while building domain 7',
        log: ['error: tidied up'],
      });
    });

    test('an abort for a reason of ours, and before the start', async () => {
      const reason = new VmToolsError({ code: 'SIGINT', message: 'stopped by SIGINT' });
      const signal = AbortSignal.abort(reason);
      await expect(xen.domainBuild(7, spec, { signal })).rejects.toBe(reason);
      expect(double.calls).toEqual([]);
    });

    test('an abort that comes too late changes nothing', async () => {
      const abort = new AbortController();
      double.answer = () => FRAMES;
      const building = xen.domainBuild(7, spec, { signal: abort.signal });
      await double.ended.promise;
      abort.abort();
      expect(await building).toEqual(FRAMES);
    });
  });

  describe('domainDumpcore', () => {
    test('all bytes arrive, and an abort ends it', async () => {
      const dump = xen.domainDumpcore(7);
      expect(await buffer(dump.stream)).toEqual(Buffer.concat([HEAD, END]));
      await dump.done;
      double.manner = 'flood';
      const abort = new AbortController();
      const stopped = xen.domainDumpcore(7, { signal: abort.signal });
      await once(stopped.stream, 'readable');
      abort.abort();
      await expect(stopped.done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        message: 'interrupted while dumping domain 7',
      });
    });
  });

  describe('domainSave', () => {
    test('live: each round is asked for, then suspend; all bytes arrive', async () => {
      const asked: (PrecopyStats | 'suspend')[] = [];
      const lines: string[] = [];
      const save = xen.domainSave(
        7,
        {
          live: true,
          suspend: async () => void asked.push('suspend'),
          precopy: (stats) => {
            asked.push(stats);
            return stats.iteration >= 1 ? 'stop-and-copy' : 'continue';
          },
        },
        { onLog: (line) => lines.push(line) },
      );
      expect(await buffer(save.stream)).toEqual(Buffer.concat([HEAD, END]));
      await save.done;
      expect(asked).toStrictEqual([
        { iteration: 0, totalWrittenPages: 0, dirtyPages: 4096 },
        { iteration: 1, totalWrittenPages: 5e9, dirtyPages: undefined },
        'suspend',
      ]);
      expect(lines).toEqual(['debug: saving 7']);
      expect(double.calls).toEqual([['domainSave', 7, { live: true }]]);
    });

    test('without a policy none is asked', async () => {
      const save = xen.domainSave(7, { live: true, suspend });
      expect(await buffer(save.stream)).toEqual(Buffer.concat([HEAD, END]));
      await save.done;
    });

    test('a guest that does not suspend: that very error, and no end of the stream', async () => {
      const stubborn = new VmToolsError({ code: 'GUEST_SUSPEND_TIMEOUT', message: 'it did not suspend' });
      const save = xen.domainSave(7, { live: false, suspend: () => Promise.reject(stubborn) });
      await expect(buffer(save.stream)).rejects.toThrow();
      await expect(save.done).rejects.toBe(stubborn);
      expect(await double.ended.promise).toMatchObject({ code: 'GUEST_SUSPEND_TIMEOUT' });
    });

    test("Xen's own failure is an error of the stream, too", async () => {
      double.manner = 'fail';
      const save = xen.domainSave(7, { live: false, suspend });
      const failed = xcError('xc_domain_save', 'EINVAL', 7).toJSON();
      await expect(buffer(save.stream)).rejects.toMatchObject(failed);
      await expect(save.done).rejects.toMatchObject(failed);
    });

    test('who only looks at one of the two is not told twice', async () => {
      double.manner = 'fail';
      await expect(xen.domainSave(7, { live: false, suspend }).done).rejects.toThrow();
      await expect(buffer(xen.domainSave(7, { live: false, suspend }).stream)).rejects.toThrow();
    });

    test('an abort in the middle of the writing', async () => {
      double.manner = 'flood';
      const abort = new AbortController();
      const save = xen.domainSave(7, { live: true, suspend }, { signal: abort.signal });
      await once(save.stream, 'readable');
      abort.abort();
      await expect(buffer(save.stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await expect(save.done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        message: 'interrupted while saving domain 7',
        log: ['error: tidied up'],
        leftovers: [],
      });
    });

    test('an abort before the start', async () => {
      const save = xen.domainSave(7, { live: true, suspend }, { signal: AbortSignal.abort() });
      await expect(buffer(save.stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await expect(save.done).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect(double.calls).toEqual([]);
    });

    test('an abort while the policy or the guest is thinking', async () => {
      const abort = new AbortController();
      const precopy = async (): Promise<'continue'> => {
        abort.abort();
        return 'continue';
      };
      const save = xen.domainSave(7, { live: true, suspend, precopy }, { signal: abort.signal });
      await expect(save.done).rejects.toMatchObject({ code: 'INTERRUPTED' });
    });

    test('an abort without an answer', async () => {
      double.manner = 'hang';
      const impatient = await open({ abortGraceMs: 20 });
      const abort = new AbortController();
      const options = { signal: abort.signal, onLog: () => abort.abort() };
      await expect(impatient.domainSave(7, { live: true, suspend }, options).done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        leftovers: ['the other end did not say within 20 ms that it has stopped saving domain 7'],
      });
      await impatient.close();
    });

    test('a reader that goes away makes it fail with the cause', async () => {
      double.manner = 'flood';
      const save = xen.domainSave(7, { live: true, suspend });
      await once(save.stream, 'readable');
      save.stream.destroy();
      await expect(save.done).rejects.toMatchObject({ details: { errnoName: 'EPIPE' } });
    });

    test('a reader that goes away at once', async () => {
      double.manner = 'flood';
      const save = xen.domainSave(7, { live: true, suspend });
      save.stream.destroy();
      await expect(save.done).rejects.toMatchObject({ details: { errnoName: 'EPIPE' } });
    });

    test('a reader that stops reading stops the writing, and nothing piles up', async () => {
      double.manner = 'flood';
      const save = xen.domainSave(7, { live: true, suspend });
      await once(save.stream, 'readable');
      let before = -1;
      while (before < double.written) {
        before = double.written;
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      }
      expect(double.written).toBeLessThan(2 << 20);
      save.stream.destroy();
      await expect(save.done).rejects.toThrow();
    });

    test('other calls go on meanwhile', async () => {
      double.manner = 'flood';
      const save = xen.domainSave(7, { live: true, suspend });
      await once(save.stream, 'readable');
      await xen.domainPause(7);
      save.stream.destroy();
      await expect(save.done).rejects.toThrow();
    });

    test('a client that vanishes aborts it', async () => {
      double.manner = 'flood';
      const save = xen.domainSave(7, { live: true, suspend });
      await once(save.stream, 'readable');
      for (const connection of connections) connection.destroy();
      expect(await double.ended.promise).toBeInstanceOf(VmToolsError);
      await expect(save.done).rejects.toMatchObject({ code: 'XEN_WIRE_LOST', kind: 'no-xen' });
      await expect(buffer(save.stream)).rejects.toThrow();
    });

    test('a client that vanishes while it is asked', async () => {
      const save = xen.domainSave(7, { live: false, suspend: async () => void connections[0]!.destroy() });
      expect(await double.ended.promise).toMatchObject({ code: 'XEN_WIRE_LOST' });
      await expect(save.done).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
    });

    test('a connection for the bytes that cannot be made', async () => {
      double.manner = 'flood';
      const refused = new VmToolsError({ code: 'NO_SOCKET', message: 'too many' });
      let isFirst = true;
      const lonely = await remoteXen(async (use) => {
        if (!isFirst) throw refused;
        isFirst = false;
        return connect(use);
      });
      await expect(lonely.domainSave(7, { live: true, suspend }).done).rejects.toMatchObject({
        code: 'NO_SOCKET',
        message: 'too many',
      });
      await double.ended.promise;
      await lonely.close();
    });
  });

  describe('domainRestore', () => {
    const spec = { ...ports, type: 'pvh' } as const;

    test('the bytes go in, the frames come out', async () => {
      const restore = xen.domainRestore(7, spec);
      await pipeline(Readable.from([HEAD, Buffer.alloc(300_000, 'x'), END]), restore.sink);
      expect(await restore.done).toEqual(FRAMES);
      expect(double.restored).toBe([HEAD, 'x'.repeat(300_000), END].join(''));
      expect(double.calls).toEqual([['domainRestore', 7, spec]]);
    });

    test('a truncated image', async () => {
      const restore = xen.domainRestore(7, spec);
      const failed = xcError('xc_domain_restore', 'EINVAL', 7).toJSON();
      await expect(pipeline(Readable.from([Buffer.alloc(1000)]), restore.sink)).rejects.toMatchObject(failed);
      await expect(restore.done).rejects.toMatchObject(failed);
    });

    test('a refused image fails its writer, with the cause', async () => {
      double.manner = 'picky';
      const restore = xen.domainRestore(7, spec);
      const endless = new PassThrough();
      endless.write(Buffer.alloc(10));
      await expect(pipeline(endless, restore.sink)).rejects.toMatchObject({ code: 'XEN_CALL_FAILED' });
    });

    test('a writer that gives up', async () => {
      const restore = xen.domainRestore(7, spec);
      restore.sink.write(HEAD);
      restore.sink.destroy();
      await expect(restore.done).rejects.toMatchObject({ details: { call: 'xc_domain_restore' } });
    });

    test('an abort', async () => {
      const abort = new AbortController();
      const restore = xen.domainRestore(7, spec, { signal: abort.signal });
      restore.sink.write(Buffer.alloc(100), () => abort.abort());
      await expect(restore.done).rejects.toMatchObject({ code: 'INTERRUPTED', leftovers: [] });
    });

    test('a client that vanishes aborts it', async () => {
      const restore = xen.domainRestore(7, spec);
      await new Promise<void>((resolve) => restore.sink.write(HEAD, () => resolve()));
      for (const connection of connections) connection.destroy();
      expect(await double.ended.promise).toBeInstanceOf(VmToolsError);
      await expect(restore.done).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
    });
  });

  describe('the end', () => {
    test('of the server fails what is under way, and all that follows', async () => {
      double.manner = 'flood';
      const save = xen.domainSave(7, { live: true, suspend });
      await once(save.stream, 'readable');
      await server.close();
      await expect(save.done).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
      await expect(xen.physinfo()).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
      await expect(open()).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
    });

    test('of the client leaves the Xen behind the server alone', async () => {
      await xen.close();
      await xen.close();
      await expect(xen.domainPause(7)).rejects.toMatchObject({ code: 'XEN_WIRE_LOST' });
      xen = await open();
      await xen.domainPause(7);
      expect(double.calls).toEqual([['domainPause', 7]]);
    });
  });
});
