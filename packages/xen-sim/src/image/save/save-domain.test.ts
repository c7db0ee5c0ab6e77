import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { PrecopyDecision, PrecopyStats, SaveSpec } from '@vm-tools/xc-native';
import { verifyLibxc, type LibxcCounts } from '@vm-tools/xen-stream';
import { emptyDomain, machineFor, smallGuest, suspends } from '../testing/guest-host.ts';
import { saveDomain } from './save-domain.ts';

const machine = machineFor();

async function saved(spec: SaveSpec, domain = smallGuest(machine)): Promise<Buffer> {
  const call = saveDomain(machine, domain.domid, spec);
  const [bytes] = await Promise.all([buffer(call.stream), call.done]);
  return bytes;
}

async function countsOf(stream: Buffer): Promise<LibxcCounts> {
  const verify = verifyLibxc({ expect: 'pvh' });
  verify.end(stream);
  await buffer(verify);
  return verify.verifier.counts;
}

/** Reads so many bytes, and then no more. */
async function bytesOf(stream: Readable, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes < count) return;
    stream.pause();
    resolve(bytes);
  });
  await promise;
}

describe('what is written', () => {
  test('not live: the guest suspends first, and each pfn goes by once, absent ones too', async () => {
    const domain = smallGuest(machine);
    const counts = await countsOf(await saved({ live: false, suspend: suspends(machine, domain) }, domain));
    expect(counts).toMatchObject({ pages: 42, duplicatePages: 0, absentPfns: 22, populatedPfns: 42 });
    expect(domain.memory.isLogDirty).toBe(false);
  });

  test('records come in the order of libxc', async () => {
    const domain = smallGuest(machine);
    const stream = await saved({ live: false, suspend: suspends(machine, domain) }, domain);
    const types: number[] = [];
    for (let at = 40; at < stream.length; at += 8 + Math.ceil(stream.readUInt32LE(at + 4) / 8) * 8) {
      types.push(stream.readUInt32LE(at));
    }
    // CPUID, MSR, STATIC_DATA_END, PAGE_DATA, TSC, HVM_CONTEXT, HVM_PARAMS, END
    expect(types).toEqual([0x11, 0x12, 0x10, 0x01, 0x08, 0x09, 0x0a, 0x00]);
  });

  test('batches have 1024 pfns', async () => {
    const domain = smallGuest(machine, 40);
    machine.populate(domain.domid, 3000, 1);
    const counts = await countsOf(await saved({ live: false, suspend: suspends(machine, domain) }, domain));
    expect(counts.pageRecords).toBe(3);
  });

  test('live: what the guest changes is sent again', async () => {
    const domain = smallGuest(machine);
    const write = (...gfns: number[]): void => {
      for (const gfn of gfns) domain.memory.writeRecipe(gfn, { seed: 1, version: 9, entropy: 'random' });
    };
    const rounds = [() => write(1, 2, 3), () => write(2), () => write(4, 5)];
    const asked: PrecopyStats[] = [];
    const stream = await saved(
      {
        live: true,
        precopy: (stats) => {
          asked.push(stats);
          if (stats.dirtyPages === undefined) rounds.shift()?.();
          return stats.iteration === 3 ? 'stop-and-copy' : 'continue';
        },
        suspend: () => {
          write(6);
          return suspends(machine, domain)();
        },
      },
      domain,
    );
    expect(await countsOf(stream)).toMatchObject({ pages: 42 + 3 + 1 + 3, duplicatePages: 7 });
    expect(asked).toEqual([
      { iteration: 0, totalWrittenPages: 0, dirtyPages: 64 },
      { iteration: 1, totalWrittenPages: 64, dirtyPages: undefined },
      { iteration: 1, totalWrittenPages: 64, dirtyPages: 3 },
      { iteration: 2, totalWrittenPages: 67, dirtyPages: undefined },
      { iteration: 2, totalWrittenPages: 67, dirtyPages: 1 },
      { iteration: 3, totalWrittenPages: 68, dirtyPages: undefined },
    ]);
    expect(domain.memory.isLogDirty).toBe(false);
  });

  test("without a policy of the caller's: few dirty pages end it, or five rounds do", async () => {
    const domain = smallGuest(machine);
    const quiet = await saved({ live: true, suspend: suspends(machine, domain) }, domain);
    expect((await countsOf(quiet)).pageRecords).toBe(1);

    // A guest that changes sixty pages at each look at it.
    const busy = smallGuest(machine, 60);
    let version = 0;
    busy.program = {
      load: () => 1,
      catchUp: () => {
        version++;
        for (let gfn = 0; gfn < 60; gfn++) {
          busy.memory.writeRecipe(gfn, { seed: 1, version, entropy: 'text' });
        }
      },
    };
    const stream = await saved(
      {
        live: true,
        suspend: () => {
          busy.program = undefined;
          return suspends(machine, busy)();
        },
      },
      busy,
    );
    expect((await countsOf(stream)).pageRecords).toBe(6);
  });

  test('a round that was asked about is sent even if it is the last', async () => {
    const domain = smallGuest(machine);
    const stream = await saved(
      { live: true, precopy: () => 'stop-and-copy', suspend: suspends(machine, domain) },
      domain,
    );
    expect((await countsOf(stream)).pages).toBe(42);
  });
});

describe('PV', () => {
  const pv = (): { domid: number } => emptyDomain(machine, { type: 'pv' });

  test('that has not set up its p2m is not saved', async () => {
    const { done } = saveDomain(machine, pv().domid, { live: false, suspend: () => Promise.resolve() });
    await expect(done).rejects.toMatchObject({
      code: 'XEN_CALL_FAILED',
      message: 'xc_domain_save: Bad mfn 0 for p2m frame list list',
    });
  });
});

describe('how it ends', () => {
  const failed = { code: 'XEN_CALL_FAILED', details: { call: 'xc_domain_save' } };

  test('a guest that does not suspend: that error, no end of the stream, log-dirty off', async () => {
    const domain = smallGuest(machine);
    const stubborn = new VmToolsError({ code: 'GUEST_SUSPEND_TIMEOUT', message: 'it did not suspend' });
    const call = saveDomain(machine, domain.domid, { live: true, suspend: () => Promise.reject(stubborn) });
    await expect(buffer(call.stream)).rejects.toBe(stubborn);
    await expect(call.done).rejects.toBe(stubborn);
    expect(domain.memory.isLogDirty).toBe(false);
  });

  test('a guest that has done something else than suspend', async () => {
    const { domid } = smallGuest(machine);
    const reboots = (): Promise<void> => {
      machine.guestShutdown(domid, 'reboot');
      return Promise.resolve();
    };
    const call = saveDomain(machine, domid, { live: false, suspend: reboots });
    await expect(buffer(call.stream)).rejects.toMatchObject({
      ...failed,
      message: 'xc_domain_save: Domain has not been suspended: shutdown 1, reason 1',
      log: [
        'error: Domain has not been suspended: shutdown 1, reason 1: Internal error',
        'error: Save failed (0 = Success): Internal error',
      ],
    });
  });

  test('a policy that says abort', async () => {
    const domain = smallGuest(machine);
    const { domid } = domain;
    const call = saveDomain(machine, domid, {
      live: true,
      suspend: () => Promise.reject(new Error('never asked')),
      precopy: ({ iteration }) => (iteration === 1 ? 'abort' : 'continue'),
    });
    call.stream.resume();
    await expect(call.done).rejects.toMatchObject({
      ...failed,
      message: 'xc_domain_save: Abort precopy loop (0 = Success)',
    });
    expect(domain.memory.isLogDirty).toBe(false);
    expect(domain.shutdownReason).toBeUndefined();
  });

  test('a policy that throws', async () => {
    const { domid } = smallGuest(machine);
    const precopy = (): PrecopyDecision => {
      throw new RangeError('no such policy');
    };
    const call = saveDomain(machine, domid, { live: true, suspend: () => Promise.resolve(), precopy });
    await expect(call.done).rejects.toThrow('no such policy');
  });

  test('an abort before the start', async () => {
    const { domid } = smallGuest(machine);
    const spec = { live: true, suspend: () => Promise.resolve() };
    const call = saveDomain(machine, domid, spec, { signal: AbortSignal.abort() });
    await expect(buffer(call.stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(call.done).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: `interrupted while saving domain ${domid}`,
      log: [],
    });
  });

  test('an abort in the middle of the writing', async () => {
    const domain = smallGuest(machine);
    machine.populate(domain.domid, 100, 1000);
    const abort = new AbortController();
    const spec = { live: true, suspend: () => Promise.resolve() };
    const call = saveDomain(machine, domain.domid, spec, { signal: abort.signal });
    await bytesOf(call.stream, 5000);
    abort.abort();
    await expect(call.done).rejects.toMatchObject({
      code: 'INTERRUPTED',
      log: [expect.stringContaining('Failed to write page data'), expect.stringContaining('Save failed')],
      leftovers: [],
    });
    await expect(buffer(call.stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(domain.memory.isLogDirty).toBe(false);
  });

  test('an abort while the guest or the policy is thinking answers for them, and waits for them', async () => {
    const { domid } = smallGuest(machine);
    const abort = new AbortController();
    const thinking = Promise.withResolvers<PrecopyDecision>();
    let hasEnded = false;
    const call = saveDomain(
      machine,
      domid,
      {
        live: true,
        suspend: () => Promise.resolve(),
        precopy: () => {
          abort.abort();
          return thinking.promise;
        },
      },
      { signal: abort.signal },
    );
    call.done.catch(() => (hasEnded = true));
    for (let i = 0; i < 10; i++) await turn();
    expect(hasEnded).toBe(false);
    thinking.resolve('continue');
    await expect(call.done).rejects.toMatchObject({
      code: 'INTERRUPTED',
      log: [expect.stringContaining('Abort precopy loop'), expect.stringContaining('Save failed')],
    });
  });

  test('a reader that goes away', async () => {
    const domain = smallGuest(machine);
    const call = saveDomain(machine, domain.domid, { live: true, suspend: suspends(machine, domain) });
    call.stream.destroy();
    await expect(call.done).rejects.toMatchObject({
      code: 'XEN_CALL_FAILED',
      message: 'xc_domain_save: Unable to write Image Header to stream (32 = Broken pipe)',
      details: { call: 'xc_domain_save', errnoName: 'EPIPE', domid: domain.domid },
    });
  });

  test('a reader that stops reading stops the writing, and nothing piles up', async () => {
    const domain = smallGuest(machine);
    machine.populate(domain.domid, 100, 3000);
    const call = saveDomain(machine, domain.domid, { live: true, suspend: suspends(machine, domain) });
    for (let i = 0; i < 100; i++) await turn();
    expect(call.stream.readableLength).toBeLessThan(1 << 20);
    call.stream.destroy();
    await expect(call.done).rejects.toThrow('Failed to write page data to stream (32 = Broken pipe)');
    expect(domain.memory.isLogDirty).toBe(false);
  });

  test('a stream that breaks where it is told to', async () => {
    const domain = smallGuest(machine);
    const failAfter = { afterBytes: 5000, errno: 'ENOSPC' } as const;
    const spec = { live: false, suspend: suspends(machine, domain) };
    const call = saveDomain(machine, domain.domid, spec, { begin: async () => failAfter });
    let bytes = 0;
    call.stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await expect(call.done).rejects.toMatchObject({
      message: 'xc_domain_save: Failed to write page data to stream (28 = No space left on device)',
      details: { errnoName: 'ENOSPC' },
    });
    expect(bytes).toBeLessThanOrEqual(5000);
  });

  test('a domain that there is not, or no longer', async () => {
    const domain = smallGuest(machine);
    const spec = { live: true, suspend: suspends(machine, domain) };
    await expect(saveDomain(machine, 4000, spec).done).rejects.toMatchObject({ code: 'XEN_NO_DOMAIN' });
    machine.populate(domain.domid, 100, 3000);
    const call = saveDomain(machine, domain.domid, spec);
    await bytesOf(call.stream, 5000);
    machine.destroyDomain(domain.domid);
    await expect(buffer(call.stream)).rejects.toMatchObject({
      code: 'XEN_NO_DOMAIN',
      message: 'xc_domain_save: Failed to get types for pfn batch (3 = No such process)',
    });
  });

  test('log-dirty that an earlier save has left on is no hindrance', async () => {
    const domain = smallGuest(machine);
    machine.startLogDirty(domain.domid);
    await saved({ live: true, suspend: suspends(machine, domain) }, domain);
    expect(domain.memory.isLogDirty).toBe(false);
  });

  test('lines are passed on as they come', async () => {
    const domain = smallGuest(machine);
    const lines: string[] = [];
    const spec = { live: false, suspend: suspends(machine, domain) };
    const call = saveDomain(machine, domain.domid, spec, { onLog: (line) => lines.push(line) });
    call.stream.resume();
    await call.done;
    expect(lines).toEqual([`info: Saving domain ${domain.domid}, type x86 HVM`]);
  });
});
