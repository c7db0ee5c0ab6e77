import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { supportFor } from './versions/index.ts';
import { Helpers } from './helper/helpers.ts';
import { locateHelper } from './helper/locate.ts';
import { socketPair } from './helper/socket-pair.ts';
import { loadNative } from './koffi/native.ts';
import { Libxc } from './libxc.ts';
import { saveDomain } from './long-calls.ts';
import { StructView } from './abi/struct-view.ts';
import { eventually } from './testing/compliance-domains.ts';
import { openStub } from './testing/open-stub.ts';
import { buildStubLibrary, STUB_MINORS } from './testing/stub-library.ts';
import type { StubLibrary } from './testing/stub-library.ts';
import type { BuildSpec, ImageSource, PrecopyStats, Xen } from './xen.ts';

describe.each(STUB_MINORS)('Xen 4.%i', (minor) => {
  const support = supportFor(`4.${minor}`);
  let stub: StubLibrary;
  let xen: Xen;

  beforeAll(async () => {
    stub = await buildStubLibrary(minor);
    xen = await openStub(stub);
  });
  afterAll(async () => {
    await xen.close();
    await stub[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await Promise.all([stub.script(), stub.mode(''), stub.takeCalls()]);
  });

  /** Of this process; as the kernel knows them. */
  const children = async (): Promise<string[]> =>
    (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')).trim().split(' ');

  /** A new file that this process has open. */
  async function openFile(): Promise<
    AsyncDisposable & { readonly path: string; readonly handle: FileHandle }
  > {
    const folder = await mkdtemp(join(tmpdir(), 'long-calls-'));
    const path = join(folder, 'image');
    const handle = await open(path, 'w+');
    return {
      path,
      handle,
      async [Symbol.asyncDispose]() {
        await handle.close();
        await rm(folder, { recursive: true });
      },
    };
  }

  const ports = { storePort: 1, storeDomid: 0, consolePort: 2, consoleDomid: 5 };

  describe('domainBuild', () => {
    const pv: BuildSpec = {
      ...ports,
      type: 'pv',
      kernel: '/boot/a kernel',
      cmdline: 'console=hvc0 quiet',
      targetKib: 65536,
      maxKib: 5 << 20,
      maxVcpus: 3,
    };
    const pvh: BuildSpec = {
      ...pv,
      type: 'pvh',
      ramdisk: '/boot/initrd',
      targetKib: 5 << 20,
      acpi: [{ guestAddress: 0xfc008000, data: Buffer.from('RSD PTR ') }],
      e820: [{ address: 0x1_0000_0000, size: 2 ** 30, type: 'acpi' }],
    };

    test('a PVH guest: the calls in their order, and the fields of xc_dom_image', async () => {
      await stub.script('xc_dom_translated 1 0 0');
      expect(await xen.domainBuild(7, pvh)).toEqual({ storeFrame: 3n, consoleFrame: 5n });
      const calls = await stub.takeCalls();
      expect(calls.map(([name]) => name)).toEqual([
        'xc_interface_open',
        'xc_dom_loginit',
        'xc_dom_allocate',
        'xc_dom_kernel_file',
        'xc_dom_module_file',
        'xc_dom_boot_xen_init',
        'xc_dom_parse_image',
        'xc_dom_mem_init',
        'xc_dom_boot_mem_init',
        'xc_dom_malloc',
        'xc_dom_malloc',
        'xc_domain_set_memory_map',
        'xc_dom_build_image',
        'xc_dom_boot_image',
        'xc_dom_gnttab_init',
        'xc_dom_translated',
        'xc_dom_release',
        'xc_interface_close',
      ]);
      const argsOf = (call: string): readonly string[] => calls.find(([name]) => name === call)!.slice(1);
      expect(argsOf('xc_dom_allocate')).toEqual(['ptr', 'console=hvc0 quiet', 'null']);
      expect(argsOf('xc_dom_kernel_file')).toEqual(['ptr', '/boot/a kernel']);
      expect(argsOf('xc_dom_module_file')).toEqual(['ptr', '/boot/initrd', 'null']);
      expect(argsOf('xc_dom_mem_init')).toEqual(['ptr', '5120']);

      const e820 = new StructView(
        support.layouts.e820entry,
        Buffer.from(argsOf('xc_domain_set_memory_map').at(-1)!, 'hex'),
      );
      expect([e820.get('addr'), e820.get('size'), e820.get('type')]).toEqual([2n ** 32n, 2n ** 30n, 3]);

      const [imageHex, acpiHex] = argsOf('xc_dom_build_image').slice(1);
      const image = new StructView(support.layouts.xc_dom_image, Buffer.from(imageHex!, 'hex'));
      expect(image.get('container_type')).toBe(1);
      expect(image.get('claim_enabled')).toBe(1);
      expect(image.get('target_pages')).toBe(5n << 18n);
      expect(image.get('lowmem_end')).toBe(0xfc000000n);
      expect(image.get('highmem_end')).toBe(0x1_0000_0000n + (5n << 30n) - 0xfc000000n);
      expect(image.get('mmio_start') + image.get('mmio_size')).toBe(2n ** 32n);
      expect(image.get('max_vcpus')).toBe(3);
      expect(image.get('console_domid')).toBe(5);
      expect(image.get('xenstore_evtchn')).toBe(1);
      expect(image.get('e820_entries')).toBe(1);
      expect(Buffer.from(acpiHex!, 'hex').toString()).toBe('RSD ');
    });

    test('is done by a helper that knows nothing of how the tool was started', async () => {
      const other = await openStub(stub);
      await stub.script('xc_dom_translated 1 0 0');
      process.env['NODE_OPTIONS'] = '--require /nowhere.cjs';
      try {
        expect(await other.domainBuild(7, pvh)).toMatchObject({ storeFrame: 3n });
      } finally {
        delete process.env['NODE_OPTIONS'];
        await other.close();
      }
    });

    test('a PV guest: its frames are looked up in its p2m', async () => {
      expect(await xen.domainBuild(7, pv)).toEqual({ storeFrame: 0xabcn, consoleFrame: 0x123456789n });
      const calls = await stub.takeCalls();
      expect(calls).toContainEqual(['xc_dom_mem_init', 'ptr', '64']);
      expect(calls.map(([name]) => name)).not.toContain('xc_dom_module_file');
    });

    test("a kernel that is none: libxc's words, and the image is released", async () => {
      await stub.script(
        'xc_dom_parse_image -1 0 2 panic: xg_dom_core.c:701: xc_dom_find_loader: no loader found',
      );
      await expect(xen.domainBuild(7, pvh)).rejects.toMatchObject({
        code: 'XEN_KERNEL_INVALID',
        kind: 'usage',
        message: 'xc_dom_parse_image: xc_dom_find_loader: no loader found',
        details: { call: 'xc_dom_parse_image', domid: 7 },
        log: [expect.stringContaining('no loader found')],
      });
      expect(await stub.takeCalls()).toContainEqual(['xc_dom_release', 'ptr']);
    });

    test('a size that is no whole MiB is refused', async () => {
      await expect(xen.domainBuild(7, { ...pvh, maxKib: 5000 })).rejects.toMatchObject({
        code: 'XEN_MEMORY_SIZE',
      });
    });

    test('an abort before the start never reaches libxenguest', async () => {
      await expect(xen.domainBuild(7, pvh, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'INTERRUPTED',
        message: 'interrupted while building domain 7',
      });
      expect((await stub.takeCalls()).map(([name]) => name)).not.toContain('xc_dom_kernel_file');
    });
  });

  /** An ELF header and those of six sections, of which the last but one has so many pages. */
  function coreHead(pages: number): Buffer {
    const head = Buffer.alloc(4096);
    head.writeUInt16LE(6, 60);
    const section = 64 + 4 * 64;
    head.writeBigUInt64LE(4096n, section + 24);
    head.writeBigUInt64LE(BigInt(pages * 4096), section + 32);
    return head;
  }

  describe('domainDumpcore', () => {
    test('all bytes that libxc hands over, in their order', async () => {
      const { stream, done } = xen.domainDumpcore(7);
      const bytes = await buffer(stream);
      await done;
      expect(bytes.length).toBe(4 + 65536 + 3);
      expect(bytes.toString('latin1', 0, 6)).toBe('HEADmm');
      expect(bytes.subarray(-3).toString()).toBe('END');
      expect(await stub.takeCalls()).toContainEqual([
        'xc_domain_dumpcore_via_callback',
        'ptr',
        '7',
        'null',
        'ptr',
      ]);
    });

    test('of a domain whose frames Xen translates: the head of libxc, and the pages that are there', async () => {
      const layout = support.layouts.xc_domaininfo_t;
      const info = Buffer.alloc(layout.size);
      new StructView(layout, info).set('domain', 7).set('flags', 1 << 1);
      await stub.script('xc_domain_getinfolist 1 0 0');
      await stub.give('xc_domain_getinfolist', info);
      await stub.give('xc_domain_dumpcore_via_callback', coreHead(83));
      const { stream, done } = xen.domainDumpcore(7);
      const bytes = await buffer(stream);
      await done;
      expect(bytes.subarray(0, 4096).equals(coreHead(83))).toBe(true);
      // 0xa6 frames, of which every other one is there, and of those three lie in the hole of the VGA card.
      const table = bytes.subarray(4096 + 83 * 4096);
      for (let index = 0; index < 83; index++) {
        const page = bytes.subarray(4096 * (index + 1), 4096 * (index + 2));
        const pfn = index < 80 ? 2 * index : undefined;
        expect(table.readBigUInt64LE(index * 8)).toBe(
          pfn === undefined ? 0xffff_ffff_ffff_ffffn : BigInt(pfn),
        );
        expect(page.equals(Buffer.alloc(4096, pfn ?? 0))).toBe(true);
      }
      expect(table.toString('latin1', 83 * 8)).toBe(
        '\0.shstrtab\0.note.Xen\0.xen_prstatus\0.xen_pages\0.xen_pfn\0',
      );
      await stub.forget('xc_domain_getinfolist');
      await stub.forget('xc_domain_dumpcore_via_callback');
    });

    test('a failure of libxc, a reader that goes away, and an abort', async () => {
      await stub.script('xc_domain_dumpcore_via_callback -1 3 0 Could not get info for domain');
      const failed = { code: 'XEN_NO_DOMAIN' };
      const refused = xen.domainDumpcore(7);
      await expect(buffer(refused.stream)).rejects.toMatchObject(failed);
      await expect(refused.done).rejects.toMatchObject(failed);

      await Promise.all([stub.script(), stub.mode('flood')]);
      const left = xen.domainDumpcore(7);
      await once(left.stream, 'readable');
      left.stream.destroy();
      await expect(left.done).rejects.toMatchObject({
        details: { call: 'xc_domain_dumpcore_via_callback', domid: 7 },
      });

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
            return stats.iteration >= 1 && stats.dirtyPages !== undefined ? 'stop-and-copy' : 'continue';
          },
        },
        { onLog: (line) => lines.push(line) },
      );
      const bytes = await buffer(save.stream);
      await save.done;
      expect(asked).toEqual([
        { iteration: 0, totalWrittenPages: 0, dirtyPages: 4096 },
        { iteration: 1, totalWrittenPages: 5_000_000_000, dirtyPages: undefined },
        { iteration: 1, totalWrittenPages: 5_000_000_000, dirtyPages: 300 },
        'suspend',
      ]);
      expect(bytes.length).toBe(65536 + 3);
      expect(bytes.subarray(-3).toString()).toBe('END');
      expect(lines).toEqual(['debug: saving 7, with an argument']);
      expect(await stub.takeCalls()).toContainEqual([
        'xc_domain_save',
        'ptr',
        '4',
        '7',
        '1',
        'ptr',
        '0',
        '-1',
      ]);
    });

    test("without a policy of its own libxc's rules, and a save that is not live asks none", async () => {
      const live = xen.domainSave(7, { live: true, suspend: async () => undefined });
      expect((await buffer(live.stream)).length).toBe(5 * 65536 + 3);
      const dead = xen.domainSave(7, { live: false, suspend: async () => undefined });
      expect((await buffer(dead.stream)).toString()).toBe('END');
      await Promise.all([live.done, dead.done]);
    });

    test('a guest that does not suspend: that error, no end of the stream, log-dirty off', async () => {
      const stubborn = new VmToolsError({ code: 'GUEST_SUSPEND_TIMEOUT', message: 'it did not suspend' });
      const save = xen.domainSave(7, { live: false, suspend: () => Promise.reject(stubborn) });
      await expect(buffer(save.stream)).rejects.toThrow();
      await expect(save.done).rejects.toBe(stubborn);
      expect(await stub.takeCalls()).toContainEqual(['log-dirty', '0']);
    });

    test("libxc's own failure is an error of the stream, too", async () => {
      await stub.script('xc_domain_save -1 0 0 p2m generation count changed. Migration aborted.');
      const save = xen.domainSave(7, { live: false, suspend: async () => undefined });
      const failed = {
        code: 'XEN_CALL_FAILED',
        message: 'xc_domain_save: p2m generation count changed. Migration aborted.',
      };
      await expect(buffer(save.stream)).rejects.toMatchObject(failed);
      await expect(save.done).rejects.toMatchObject(failed);
    });

    test('an abort in the middle of the writing ends the writing, and libxc tidies up', async () => {
      await stub.mode('flood');
      const abort = new AbortController();
      const save = xen.domainSave(
        7,
        { live: true, suspend: async () => undefined },
        { signal: abort.signal },
      );
      await once(save.stream, 'readable');
      abort.abort();
      await expect(buffer(save.stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await expect(save.done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        message: 'interrupted while saving domain 7',
        log: [expect.stringContaining('Failed to write page data')],
        leftovers: [],
      });
      expect(await stub.takeCalls()).toContainEqual(['log-dirty', '0']);
    });

    test('an abort while the policy or the guest is thinking answers for them', async () => {
      const abort = new AbortController();
      const save = xen.domainSave(
        7,
        {
          live: true,
          suspend: async () => undefined,
          precopy: async () => {
            abort.abort();
            return 'continue' as const;
          },
        },
        { signal: abort.signal },
      );
      await expect(save.done).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect(await stub.takeCalls()).toContainEqual(['precopy', '-1']);
    });

    test('into a file: the same bytes behind its place, and the offset of the caller stays', async () => {
      await using file = await openFile();
      await file.handle.write('head');
      const into = { path: `/proc/${process.pid}/fd/${file.handle.fd}`, at: 4 };
      await xen.domainSave(7, { live: false, suspend: async () => undefined, into }).done;
      await file.handle.write('+'); // where this process stands
      expect(await readFile(file.path, 'utf8')).toBe('head+ND');
    });

    test('into a file: an abort in the middle of the writing ends it, and libxc tidies up', async () => {
      await stub.mode('flood');
      await using file = await openFile();
      const abort = new AbortController();
      const spec = { live: true, suspend: async () => undefined, into: { path: file.path, at: 0 } };
      const save = xen.domainSave(7, spec, { signal: abort.signal });
      await eventually(async () => (await file.handle.stat()).size > 1 << 20, 'some bytes');
      abort.abort();
      await expect(save.done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        log: [expect.stringContaining('Failed to write page data')],
        leftovers: [],
      });
      expect(await stub.takeCalls()).toContainEqual(['log-dirty', '0']);
    });

    test('into a file: writes that cannot be cut are ended with their helper, after its grace', async () => {
      await stub.mode('flood');
      await using file = await openFile();
      const abort = new AbortController();
      const native = await loadNative(stub.libraries, support);
      const libxc = Libxc.open(native, support, () => undefined);
      const helpers = new Helpers(locateHelper(), () => socketPair(libxc));
      const host = {
        ...{ version: `4.${minor}`, libraries: stub.libraries, helpers, abortGraceMs: 50 },
        cutWrites: () => Promise.reject(new Error('ESRCH')),
      };
      const spec = { live: true, suspend: async () => undefined, into: { path: file.path, at: 0 } };
      const { done } = saveDomain(host, 7, spec, { signal: abort.signal });
      await eventually(async () => (await file.handle.stat()).size > 1 << 20, 'some bytes');
      abort.abort();
      await expect(done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        leftovers: ['its helper process did not end within 50 ms and was killed'],
      });
      await helpers.close();
      libxc.close();
    });

    test('a reader that goes away makes it fail with the cause', async () => {
      await stub.mode('flood');
      const save = xen.domainSave(7, { live: true, suspend: async () => undefined });
      save.stream.destroy();
      await expect(save.done).rejects.toMatchObject({
        code: 'XEN_CALL_FAILED',
        details: { call: 'xc_domain_save', errnoName: 'EPIPE', domid: 7 },
      });
    });

    test('a reader that stops reading stops the writing, and nothing piles up', async () => {
      await stub.mode('flood');
      const save = xen.domainSave(7, { live: true, suspend: async () => undefined });
      await once(save.stream, 'readable');
      expect(save.stream.readableLength).toBeLessThan(1 << 20);
      save.stream.destroy();
      await expect(save.done).rejects.toThrow();
    });

    test('a crash in C is an error of one call', async () => {
      await stub.mode('crash');
      const save = xen.domainSave(7, { live: true, suspend: async () => undefined });
      await expect(save.done).rejects.toMatchObject({
        code: 'XEN_HELPER_CRASHED',
        message: 'the helper process for xc_domain_save was killed by SIGABRT',
        details: { call: 'xc_domain_save', domid: 7, signal: 'SIGABRT' },
      });
      await expect(buffer(save.stream)).rejects.toMatchObject({ code: 'XEN_HELPER_CRASHED' });
    });

    test('a helper that does not end is killed, and the error says so', async () => {
      await stub.mode('hang');
      const impatient = await openStub(stub, { abortGraceMs: 50 });
      const abort = new AbortController();
      const save = impatient.domainSave(
        7,
        { live: true, suspend: async () => undefined },
        { signal: abort.signal, onLog: () => abort.abort() },
      );
      await expect(save.done).rejects.toMatchObject({
        code: 'INTERRUPTED',
        leftovers: ['its helper process did not end within 50 ms and was killed'],
      });
      await impatient.close();
    });
  });

  describe('domainRestore', () => {
    const spec = { ...ports, type: 'pvh' } as const;

    beforeEach(async () => {
      const layout = support.layouts.xc_domaininfo_t;
      await stub.give(
        'xc_domain_getinfolist',
        new StructView(layout, Buffer.alloc(layout.size)).set('domain', 7).bytes,
      );
      await stub.script('xc_domain_getinfolist 1 0 0');
    });

    test('of a domain that is not there fails in the words of libxc, and waits for no image', async () => {
      await stub.script('xc_domain_restore -1 3 0 Domain 7 does not exist');
      await expect(xen.domainRestore(7, spec).done).rejects.toMatchObject({
        code: 'XEN_NO_DOMAIN',
        message: 'xc_domain_restore: Domain 7 does not exist',
      });
    });

    test('the bytes go in, the frames come out, and a missing CPU policy is made up for', async () => {
      const restore = xen.domainRestore(7, spec);
      await pipeline(Readable.from([Buffer.alloc(300_000), Buffer.from('END')]), restore.sink);
      expect(await restore.done).toEqual({ storeFrame: 0x123456789an, consoleFrame: 0xfeffen + 1n });
      const calls = await stub.takeCalls();
      expect(calls).toContainEqual([
        ...['xc_domain_restore', 'ptr', '4', '7', '1', 'ptr', '0', '2', 'ptr', '5', '0', 'ptr', '-1'],
      ]);
      expect(calls).toContainEqual(['restored', '300003']);
      expect(calls.find(([name]) => name === 'xc_cpuid_apply_policy')?.slice(2, 4)).toEqual(['7', '1']);
    });

    test('a truncated image', async () => {
      const restore = xen.domainRestore(7, spec);
      const failed = {
        code: 'XEN_CALL_FAILED',
        message: 'xc_domain_restore: Failed to read Record Header from stream',
      };
      await expect(pipeline(Readable.from([Buffer.alloc(1000)]), restore.sink)).rejects.toMatchObject(failed);
      await expect(restore.done).rejects.toMatchObject(failed);
    });

    test('a refused image fails its writer, with the cause', async () => {
      await stub.mode('picky');
      const restore = xen.domainRestore(7, spec);
      const endless = new PassThrough();
      endless.write(Buffer.alloc(10));
      await expect(pipeline(endless, restore.sink)).rejects.toMatchObject({
        message: 'xc_domain_restore: Invalid marker: Got 0xbad0000000000bad',
      });
    });

    /** Serves one caller that knows the token. */
    async function imageServer(serve: (caller: Socket) => void): Promise<ImageSource & AsyncDisposable> {
      const path = `\0vm-tools/test/${randomUUID()}`;
      const server = createServer((caller) => {
        caller.on('error', () => undefined);
        caller.once('data', (said) => {
          expect(said.toString()).toBe('sesame');
          serve(caller);
        });
      });
      await once(server.listen({ path }), 'listening');
      return { path, token: 'sesame', [Symbol.asyncDispose]: async () => void server.close() };
    }

    test('an image that libxc fetches itself', async () => {
      await using source = await imageServer((caller) => {
        caller.write(Buffer.alloc(300_000));
        caller.end('END');
      });
      const { sink, done } = xen.domainRestore(7, spec);
      sink.fetchFrom?.(source);
      await finished(sink);
      expect(await done).toMatchObject({ consoleFrame: 0xfeffen + 1n });
      expect(await stub.takeCalls()).toContainEqual(['restored', '300003']);
    });

    test('an image that libxc reads from a file, from its place on', async () => {
      await using file = await openFile();
      await file.handle.write(
        Buffer.concat([Buffer.alloc(1000, 'x'), Buffer.alloc(300_000), Buffer.from('END')]),
      );
      const { sink, done } = xen.domainRestore(7, spec);
      sink.readFrom?.({ path: `/proc/${process.pid}/fd/${file.handle.fd}`, at: 1000 });
      await finished(sink);
      await done;
      expect(await stub.takeCalls()).toContainEqual(['restored', '300003']);
      const missing = xen.domainRestore(7, spec);
      missing.sink.readFrom?.({ path: '/nowhere', at: 0 });
      await expect(missing.done).rejects.toMatchObject({ message: expect.stringContaining('ENOENT') });
    });

    test('an abort while it fetches, and before it knows where', async () => {
      const gone = Promise.withResolvers<unknown>();
      const abort = new AbortController();
      await using source = await imageServer((caller) => {
        caller.once('close', gone.resolve).resume();
        caller.write(Buffer.alloc(10), () => abort.abort());
      });
      const { sink, done } = xen.domainRestore(7, spec, { signal: abort.signal });
      sink.fetchFrom?.(source);
      await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', leftovers: [] });
      await gone.promise;
      const early = new AbortController();
      const unfed = xen.domainRestore(7, spec, { signal: early.signal });
      setImmediate(() => early.abort());
      await expect(unfed.done).rejects.toMatchObject({ code: 'INTERRUPTED', leftovers: [] });
    });

    test('its writer gives up before the first byte', async () => {
      const { sink, done } = xen.domainRestore(7, spec);
      sink.destroy(new Error('there is none'));
      await expect(done).rejects.toMatchObject({ code: 'XEN_CALL_FAILED' });
    });

    test('no process gives the image', async () => {
      const { sink, done } = xen.domainRestore(7, spec);
      sink.fetchFrom?.({ path: '\0vm-tools/test/nobody', token: '' });
      await expect(done).rejects.toMatchObject({
        code: 'XEN_IMAGE_UNREACHABLE',
        message: 'the image cannot be fetched: Connection refused',
        hint: expect.any(String),
      });
    });

    test('a helper that dies before it knows where', async () => {
      const { done } = xen.domainRestore(7, spec);
      await eventually(async () => (await children()).some((pid) => pid !== ''), 'a helper');
      for (const pid of await children()) if (pid !== '') process.kill(Number(pid), 'SIGKILL');
      await expect(done).rejects.toMatchObject({ code: 'XEN_HELPER_CRASHED' });
    });

    test('an abort', async () => {
      const abort = new AbortController();
      const restore = xen.domainRestore(7, spec, { signal: abort.signal });
      restore.sink.on('error', () => undefined);
      restore.sink.write(Buffer.alloc(100), () => abort.abort());
      await expect(restore.done).rejects.toMatchObject({ code: 'INTERRUPTED', leftovers: [] });
    });
  });

  describe('domainDestroy', () => {
    test('is made in a helper', async () => {
      await xen.domainDestroy(7);
      expect(await stub.takeCalls()).toContainEqual(['xc_domain_destroy', 'ptr', '7']);
    });

    test('fails with the cause', async () => {
      await stub.script('xc_domain_destroy -1 3 0');
      await expect(xen.domainDestroy(7)).rejects.toMatchObject({ code: 'XEN_NO_DOMAIN', kind: 'no-domain' });
    });
  });

  describe('helper processes', () => {
    test('one saves and destroys, and is gone when Xen is closed', async () => {
      const before = await children();
      const own = await openStub(stub);
      const { stream, done } = own.domainSave(7, { live: false, suspend: async () => undefined });
      await Promise.all([buffer(stream), done]);
      const [helper, ...others] = (await children()).filter((pid) => !before.includes(pid));
      expect(others).toEqual([]);
      await own.domainDestroy(7);
      expect(await children()).toContain(helper);
      expect(await stub.takeCalls()).toContainEqual(['xc_domain_destroy', 'ptr', '7']);
      await own.close();
      expect(await children()).not.toContain(helper);
    });

    test('one has a single stream, and one that died meanwhile is not missed', async () => {
      const before = await children();
      const own = await openStub(stub);
      const helpers = async (): Promise<string[]> =>
        (await children()).filter((pid) => pid !== '' && !before.includes(pid));
      for (let save = 0; save < 2; save += 1) {
        const { stream, done } = own.domainSave(7, { live: false, suspend: async () => undefined });
        expect((await buffer(stream)).toString()).toBe('END');
        await done;
      }
      await eventually(async () => (await helpers()).length === 1, 'one helper');
      const [idle] = await helpers();
      process.kill(Number(idle), 'SIGKILL');
      await eventually(async () => (await helpers()).length === 0, 'no helper');
      await own.domainDestroy(7);
      await own.close();
    });
  });

  test('a helper that cannot be found', async () => {
    const lost = await openStub(stub, { helperPath: '/nowhere/xc-helper.js' });
    await expect(lost.domainDestroy(7)).rejects.toMatchObject({
      code: 'XEN_HELPER_CRASHED',
      message: 'the helper process for xc_domain_destroy ended with status 1',
      details: { stderr: expect.stringContaining('Cannot find module') },
    });
    await lost.close();
  });
});
