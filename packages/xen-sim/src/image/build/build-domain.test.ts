import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { BuildSpec } from '@vm-tools/xc-native';
import { verifyLibxc } from '@vm-tools/xen-stream';
import { hasProgram } from '../../guest/index.ts';
import type { MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import { restoreDomain } from '../restore/restore-domain.ts';
import { saveDomain } from '../save/save-domain.ts';
import { emptyDomain, machineFor } from '../testing/guest-host.ts';
import { kernelFile } from '../testing/kernel-file.ts';
import { savedStream } from '../testing/streams.ts';
import { buildDomain } from './build-domain.ts';

const machine = machineFor();
const KERNEL_GFN = 0x100;
const ports = { storePort: 1, storeDomid: 0, consolePort: 2, consoleDomid: 0 };

function specFor(kernel: string, more: Partial<BuildSpec> = {}): BuildSpec {
  return {
    ...ports,
    type: 'pvh',
    kernel,
    cmdline: 'console=hvc0 sim.dirty=1M/s',
    targetKib: 16 * 1024,
    maxKib: 16 * 1024,
    maxVcpus: 2,
    acpi: [
      { guestAddress: 0xfc002000, data: Buffer.from('RSD PTR ') },
      { guestAddress: 0xfc000000, data: Buffer.alloc(PAGE_BYTES, 7) },
      { guestAddress: 0xfc001000, data: Buffer.alloc(PAGE_BYTES, 8) },
    ],
    e820: [
      { address: 0, size: 16 << 20, type: 'ram' },
      { address: 0xfc000000, size: 3 * PAGE_BYTES, type: 'acpi' },
    ],
    ...more,
  };
}

function bytesAt({ memory }: MachineDomain, address: number, count: number): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  memory.readPage(Math.floor(address / PAGE_BYTES), page);
  const start = address % PAGE_BYTES;
  return page.subarray(start, start + count);
}

describe('a PVH guest', () => {
  test('has RAM, kernel, ramdisk, tables, rings and a start info that leads to them', async () => {
    await using kernel = await kernelFile();
    await using ramdisk = await kernelFile(Buffer.alloc(3 * PAGE_BYTES + 5, 'ramdisk '));
    const domain = emptyDomain(machine);
    const frames = await buildDomain(machine, domain.domid, specFor(kernel.path, { ramdisk: ramdisk.path }));
    expect(frames).toEqual({ storeFrame: 0xfeffcn, consoleFrame: 0xfefffn });
    expect([...domain.memory.ranges()]).toEqual([
      [0, 4096],
      [0xfc000, 3],
      [0xfeff8, 8],
    ]);
    expect(domain.totPages).toBe(4096 + 11);
    expect(domain.outstandingPages).toBe(0);
    expect(bytesAt(domain, KERNEL_GFN * PAGE_BYTES, 4).toString('hex')).toBe('faf4ebfd');
    expect(bytesAt(domain, 0xfc002000, 8).toString()).toBe('RSD PTR ');

    const startInfo = (KERNEL_GFN + 1 + 4) * PAGE_BYTES;
    const info = bytesAt(domain, startInfo, 56);
    expect(info.readUInt32LE(0)).toBe(0x336ec578);
    const cmdline = bytesAt(domain, Number(info.readBigUInt64LE(24)), 28);
    expect(cmdline.toString()).toBe('console=hvc0 sim.dirty=1M/s\0');
    expect(info.readBigUInt64LE(32)).toBe(0xfc002000n);
    const module_ = bytesAt(domain, Number(info.readBigUInt64LE(16)), 16);
    expect(module_.readBigUInt64LE(8)).toBe(BigInt(3 * PAGE_BYTES + 5));
    const ramdiskAt = Number(module_.readBigUInt64LE(0));
    expect(bytesAt(domain, ramdiskAt + 3 * PAGE_BYTES, 8).toString()).toBe('ramdi\0\0\0');
    expect(info.readUInt32LE(48)).toBe(2);
    const memmap = bytesAt(domain, Number(info.readBigUInt64LE(40)), 48);
    expect([memmap.readBigUInt64LE(24), memmap.readUInt32LE(40)]).toEqual([0xfc000000n, 3]);

    expect(Object.fromEntries(domain.hvmParams)).toMatchObject({
      1: 0xfeffcn,
      2: 1n,
      12: 0xfeffe000n,
      17: 0xfefffn,
    });
    expect(bytesAt(domain, 0xfeffe004, 4).readUInt32LE()).toBe((1 << 22) | 0xe7);
    expect(hasProgram(domain.memory)).toBe(true);
  });

  test('beyond the hole goes on at 4 GiB', async () => {
    const large = machineFor({ memoryMib: 16 * 1024 });
    await using kernel = await kernelFile();
    const domain = emptyDomain(large, { mib: 5 * 1024 });
    large.setPagingMempoolSize(domain.domid, 32 * 1024 ** 2);
    const kib = 5 * 1024 ** 2;
    await buildDomain(large, domain.domid, specFor(kernel.path, { targetKib: kib, maxKib: kib }));
    expect([...domain.memory.ranges()].map(([start]) => start)).toEqual([0, 0xfeff8, 0x100000]);
    expect(domain.totPages).toBe(kib / 4 + 3 + 8);
  });

  test('that starts with less than its maximum has its lowest pages', async () => {
    await using kernel = await kernelFile();
    const domain = emptyDomain(machine);
    await buildDomain(machine, domain.domid, specFor(kernel.path, { targetKib: 2048 }));
    expect([...domain.memory.ranges()][0]).toEqual([0, 512]);
  });

  test('is saved as libxc would save it', async () => {
    await using kernel = await kernelFile();
    const domain = emptyDomain(machine);
    await buildDomain(machine, domain.domid, specFor(kernel.path));
    const verify = verifyLibxc({ expect: 'pvh' });
    verify.end(await savedStream(machine, domain));
    await buffer(verify);
    expect(verify.verifier.counts).toMatchObject({
      pages: 4107,
      absentPfns: 0xff000 - 4107,
      pageRecords: 1020,
    });
  });
});

describe('a PV guest', () => {
  test('has its p2m, its start info and its rings behind the kernel, and is saved and restored', async () => {
    await using kernel = await kernelFile();
    const from = emptyDomain(machine, { type: 'pv' });
    const frames = await buildDomain(machine, from.domid, specFor(kernel.path, { type: 'pv' }));
    // kernel, 8 pages of p2m, start info, xenstore, console
    expect(frames).toEqual({ storeFrame: BigInt(KERNEL_GFN + 10), consoleFrame: BigInt(KERNEL_GFN + 11) });
    const startInfo = bytesAt(from, (KERNEL_GFN + 9) * PAGE_BYTES, 256);
    expect(startInfo.toString('latin1', 0, 14)).toBe('xen-3.0-x86_64');
    expect(startInfo.toString('latin1', 128, 156)).toBe('console=hvc0 sim.dirty=1M/s\0');
    expect([...from.memory.ranges()]).toEqual([[0, 4096]]);

    const stream = await savedStream(machine, from);
    const verify = verifyLibxc({ expect: 'pv' });
    verify.end(stream);
    await buffer(verify);
    expect(verify.verifier.counts).toMatchObject({ pages: 4096, absentPfns: 0 });

    const to = emptyDomain(machine, { type: 'pv' });
    const restored = restoreDomain(machine, to.domid, {
      ...ports,
      type: 'pv',
      storePort: 21,
      consolePort: 22,
    });
    restored.sink.end(stream);
    expect(await restored.done).toEqual(frames);
    expect(to.memory.firstDifference(from.memory)).toBe(KERNEL_GFN + 9); // the event channels are new
    expect(bytesAt(to, (KERNEL_GFN + 9) * PAGE_BYTES + 64, 4).readUInt32LE()).toBe(21);
    expect((await savedStream(machine, to)).length).toBe(stream.length);
  });

  test('cannot be saved live by Xen without shadow paging', async () => {
    await using kernel = await kernelFile();
    const domain = emptyDomain(machine, { type: 'pv' });
    await buildDomain(machine, domain.domid, specFor(kernel.path, { type: 'pv' }));
    const call = saveDomain(machine, domain.domid, {
      live: true,
      suspend: () => Promise.reject(new Error('asked')),
    });
    call.stream.resume();
    await expect(call.done).rejects.toMatchObject({
      code: 'XEN_CALL_FAILED',
      message: 'xc_domain_save: Failed to enable logdirty: 95,22,0 (22 = Invalid argument)',
    });
  });
});

describe('how it ends', () => {
  async function failure(more: Partial<BuildSpec> = {}, domain = emptyDomain(machine)): Promise<unknown> {
    await using kernel = await kernelFile();
    return await buildDomain(machine, domain.domid, specFor(kernel.path, more)).catch(
      (error: unknown) => error,
    );
  }

  test('sizes that are no whole MiB', async () => {
    expect(await failure({ maxKib: 5000 })).toMatchObject({
      code: 'XEN_MEMORY_SIZE',
      message: 'this memory cannot be built: 5000 KiB are no whole MiB',
    });
  });

  test('a ramdisk that is not there', async () => {
    expect(await failure({ ramdisk: '/nowhere' })).toMatchObject({
      code: 'XEN_FILE_UNREADABLE',
      details: { call: 'xc_dom_module_file' },
    });
  });

  test('too little memory, at once, and no claim stays', async () => {
    const kib = 8 * 1024 * 1024;
    const domain = emptyDomain(machine, { mib: 8 * 1024 });
    expect(await failure({ targetKib: kib, maxKib: kib }, domain)).toMatchObject({
      code: 'XEN_NO_MEMORY',
      kind: 'resource',
      message: "xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory",
      details: { call: 'xc_dom_boot_mem_init', errnoName: 'ENOMEM' },
    });
    expect(machine.physinfo().outstandingPages).toBe(0);
    expect(domain.totPages).toBe(0);
  });

  test('a guest too small for its kernel', async () => {
    expect(await failure({ targetKib: 1024, maxKib: 1024 })).toMatchObject({
      code: 'XEN_NO_MEMORY',
      message:
        'xc_dom_build_image: xc_dom_chk_alloc_pages: segment kernel too large (0x1 > 0x100 - 0x100 pages): Out of memory',
    });
  });

  test('no room for the special pages', async () => {
    const domain = emptyDomain(machine);
    machine.domainSetmaxmem(domain.domid, 16 * 1024);
    expect(await failure({ acpi: [] }, domain)).toMatchObject({
      code: 'XEN_CALL_FAILED',
      message: 'xc_dom_build_image: Device or resource busy (EBUSY)',
    });
  });

  test('a word for the simulator that means nothing', async () => {
    expect(await failure({ cmdline: 'sim.dirt=1M/s' })).toMatchObject({ code: 'XEN_SIM_GUEST_MODEL' });
  });

  test('more blobs than libxenguest takes', async () => {
    const blob = { guestAddress: 0xfc000000, data: Buffer.alloc(1) };
    expect(await failure({ acpi: Array.from({ length: 5 }, () => blob) })).toMatchObject({
      code: 'XEN_TOO_MANY_BLOBS',
    });
  });

  test('an abort', async () => {
    await using kernel = await kernelFile();
    const domain = emptyDomain(machine);
    const built = buildDomain(machine, domain.domid, specFor(kernel.path), { signal: AbortSignal.abort() });
    await expect(built).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: `interrupted while building domain ${domain.domid}`,
    });
    expect(domain.totPages).toBe(0);
  });
});
