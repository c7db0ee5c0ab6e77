import { buffer } from 'node:stream/consumers';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { HVM_PARAM } from '../xen.ts';
import type { PrecopyDecision, PrecopyStats, RingFrames, SaveSpec, Xen } from '../xen.ts';
import { type ComplianceDomains, type EmptyDomain, MEMORY_KIB } from './compliance-domains.ts';
import type { ComplianceFile } from './compliance-files.ts';
import { differingPfns, imagePages } from './image-pages.ts';

const PAGES = MEMORY_KIB / 4;

/** The part of the suite in which memory has contents: save, restore, and a guest that runs. */
export function imageCompliance(
  host: () => { readonly xen: Xen; readonly domains: ComplianceDomains },
  verify: () => Transform,
  emptyFile: () => Promise<ComplianceFile>,
): void {
  const save = async (domid: number, spec: SaveSpec): Promise<Buffer> => {
    const { stream, done } = host().xen.domainSave(domid, spec);
    const checked = verify();
    const [image] = await Promise.all([buffer(checked), pipeline(stream, checked), done]);
    return image;
  };
  const restore = async ({ domid, ports }: EmptyDomain, image: Buffer): Promise<RingFrames> => {
    const { sink, done } = host().xen.domainRestore(domid, { ...ports, type: 'pvh' });
    const [frames] = await Promise.all([done, pipeline(Readable.from([image]), sink)]);
    return frames;
  };
  /** A guest that has never run cannot suspend itself; Xen does it for it. */
  const suspendByXen = (domid: number) => (): Promise<void> => host().xen.domainShutdown(domid, 'suspend');
  const never = (): Promise<never> => Promise.reject(new Error('no question was expected'));

  describe('save', () => {
    test('live: asks before and behind each round, and suspends last', async () => {
      const { domid } = await host().domains.built();
      const asked: (PrecopyStats | 'suspend')[] = [];
      const decisions: PrecopyDecision[] = ['continue', 'continue', 'stop-and-copy'];
      await save(domid, {
        live: true,
        suspend: () => {
          asked.push('suspend');
          return suspendByXen(domid)();
        },
        precopy: (stats) => decisions[asked.push(stats) - 1]!,
      });
      const all = (asked[0] as PrecopyStats).dirtyPages!;
      expect(all).toBeGreaterThan(PAGES);
      expect(asked).toEqual([
        { iteration: 0, totalWrittenPages: 0, dirtyPages: all },
        { iteration: 1, totalWrittenPages: all, dirtyPages: undefined },
        { iteration: 1, totalWrittenPages: all, dirtyPages: expect.any(Number) },
        'suspend',
      ]);
    });

    test('not live: only suspends', async () => {
      const { domid } = await host().domains.built();
      await save(domid, { live: false, suspend: suspendByXen(domid), precopy: never });
    });

    test('a guest that does not suspend: that error, and it stays as it was', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const stubborn = new VmToolsError({ code: 'GUEST_STUBBORN', message: 'it does not want to' });
      for (const live of [false, true]) {
        const { stream, done } = xen.domainSave(domid, { live, suspend: () => Promise.reject(stubborn) });
        await expect(buffer(stream)).rejects.toThrow();
        await expect(done).rejects.toBe(stubborn);
      }
      expect(await xen.domainGetinfo(domid)).toMatchObject({ isPaused: true, shutdownReason: undefined });
    });

    test('a guest that is said to be suspended and is not', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const { stream, done } = xen.domainSave(domid, { live: false, suspend: async () => undefined });
      await expect(buffer(stream)).rejects.toThrow();
      await expect(done).rejects.toMatchObject({
        message: expect.stringContaining('Domain has not been suspended: shutdown 0'),
        details: { call: 'xc_domain_save', domid },
      });
    });

    test('ended by the policy, and begun again', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const { stream, done } = xen.domainSave(domid, { live: true, suspend: never, precopy: () => 'abort' });
      await expect(buffer(stream)).rejects.toThrow();
      await expect(done).rejects.toMatchObject({
        log: expect.arrayContaining([expect.stringContaining('Abort precopy loop')]),
        details: { call: 'xc_domain_save', domid },
      });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ shutdownReason: undefined });
      await save(domid, { live: true, suspend: suspendByXen(domid), precopy: () => 'stop-and-copy' });
    });

    test('an abort', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const abort = new AbortController();
      const precopy = (): PrecopyDecision => {
        abort.abort();
        return 'continue';
      };
      const { signal } = abort;
      const { stream, done } = xen.domainSave(domid, { live: true, suspend: never, precopy }, { signal });
      await expect(buffer(stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted', leftovers: [] });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ shutdownReason: undefined });
    });

    test('into a file: the same guest, from its place on', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const image = await save(domid, { live: false, suspend: suspendByXen(domid) });
      await using file = await emptyFile();
      const into = { path: file.path, at: 100 };
      const { stream, done } = xen.domainSave(domid, { live: false, suspend: async () => undefined, into });
      const [read] = await Promise.all([buffer(stream), done]);
      expect(read).toHaveLength(0);
      // Its clocks go on, so not every byte is the same.
      const written = (await file.read()).subarray(100);
      expect(written).toHaveLength(image.length);
      expect(differingPfns(imagePages(image), imagePages(written))).toEqual([]);
      const checked = verify();
      await Promise.all([buffer(checked), pipeline(Readable.from([written]), checked)]);
    });

    test('into a file: what has been written when it asks is there', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      await using file = await emptyFile();
      const sizes: number[] = [];
      const precopy = async ({ dirtyPages }: PrecopyStats): Promise<PrecopyDecision> => {
        if (dirtyPages === undefined) sizes.push(await file.size());
        return sizes.length === 0 ? 'continue' : 'stop-and-copy';
      };
      const into = { path: file.path, at: 0 };
      await xen.domainSave(domid, { live: true, suspend: suspendByXen(domid), precopy, into }).done;
      expect(sizes[0]).toBeGreaterThan(PAGES * 4096);
    });

    test('into a file: a disk that is full, and an abort', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const full = { live: true, suspend: never, into: { path: '/dev/full', at: 0 } };
      await expect(xen.domainSave(domid, full).done).rejects.toMatchObject({
        details: { call: 'xc_domain_save', domid, errnoName: 'ENOSPC' },
      });
      await using file = await emptyFile();
      const abort = new AbortController();
      const precopy = (): PrecopyDecision => {
        abort.abort();
        return 'continue';
      };
      const spec = { live: true, suspend: never, precopy, into: { path: file.path, at: 0 } };
      const { done } = xen.domainSave(domid, spec, { signal: abort.signal });
      await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted', leftovers: [] });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ shutdownReason: undefined });
    });

    test('a reader that goes away', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const { stream, done } = xen.domainSave(domid, { live: true, suspend: suspendByXen(domid) });
      stream.destroy();
      await expect(done).rejects.toMatchObject({
        details: { call: 'xc_domain_save', domid, errnoName: 'EPIPE' },
      });
    });
  });

  describe('restore', () => {
    const failing = async (domain: EmptyDomain, image: Buffer, message: string): Promise<void> => {
      await expect(restore(domain, image)).rejects.toMatchObject({
        message: expect.stringContaining(message),
        details: { call: 'xc_domain_restore', domid: domain.domid },
      });
    };

    test('makes the same guest again, page by page', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.built();
      const image = await save(domid, { live: false, suspend: suspendByXen(domid) });
      await domains.destroy(domid);

      const copy = await domains.empty();
      expect(await restore(copy, image)).toEqual({ storeFrame: 0xfeffcn, consoleFrame: 0xfefffn });
      expect(await xen.domainGetinfo(copy.domid)).toMatchObject({
        isPaused: true,
        onlineVcpus: 1,
        shutdownReason: undefined,
      });
      const param = (name: keyof typeof HVM_PARAM): Promise<bigint> =>
        xen.hvmParamGet(copy.domid, HVM_PARAM[name]);
      expect(await param('STORE_PFN')).toBe(0xfeffcn);
      expect(await param('CONSOLE_PFN')).toBe(0xfefffn);
      expect(await param('STORE_EVTCHN')).toBe(BigInt(copy.ports.storePort));

      const again = await save(copy.domid, { live: false, suspend: suspendByXen(copy.domid) });
      const pages = imagePages(image);
      expect(pages.size).toBeGreaterThanOrEqual(PAGES);
      expect(differingPfns(pages, imagePages(again))).toEqual([]);
    });

    test('of what is no image, or less than one, fails before anything is taken', async () => {
      const { xen, domains } = host();
      const domain = await domains.empty();
      await failing(domain, Buffer.alloc(4096, 'x'), 'Invalid marker');
      const built = await domains.built();
      const image = await save(built.domid, { live: false, suspend: suspendByXen(built.domid) });
      await failing(domain, image.subarray(0, 10), 'Failed to read Image Header from stream');
      await failing(domain, image.subarray(0, 30), 'Failed to read Domain Header from stream');
      await failing(domain, image.subarray(0, 44), 'Failed to read Record Header from stream');
      expect(await xen.domainGetinfo(domain.domid)).toMatchObject({ totPages: 0 });
    });

    test('of half an image fails', async () => {
      const { domains } = host();
      const { domid } = await domains.built();
      const image = await save(domid, { live: false, suspend: suspendByXen(domid) });
      await failing(await domains.empty(), image.subarray(0, image.length / 2), 'Failed to read');
    });

    test('into a domain of the other type fails', async () => {
      const { domains } = host();
      const { domid } = await domains.built();
      const image = await save(domid, { live: false, suspend: suspendByXen(domid) });
      const words = 'Unable to restore x86 HVM domain into an x86_pv domain';
      await failing(await domains.empty('pv'), image, words);
    });

    test('can be aborted', async () => {
      const { xen, domains } = host();
      const { domid, ports } = await domains.empty();
      const abort = new AbortController();
      const { sink, done } = xen.domainRestore(domid, { ...ports, type: 'pvh' }, { signal: abort.signal });
      sink.write(Buffer.alloc(10), () => abort.abort());
      await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ totPages: 0 });
    });
  });

  describe('a guest that runs', () => {
    test('suspends when it is asked to, goes on, and suspends again', async () => {
      const { xen, domains } = host();
      const guest = await domains.built();
      await domains.start(guest);
      expect(await xen.domainGetinfo(guest.domid)).toMatchObject({
        isPaused: false,
        shutdownReason: undefined,
      });
      await domains.ask(guest.domid, 'suspend');
      await xen.domainResume(guest.domid, { fast: true });
      expect(await xen.domainGetinfo(guest.domid)).toMatchObject({ shutdownReason: undefined });
      await domains.ask(guest.domid, 'suspend');
    });

    test('goes on in another domain after a live save', async () => {
      const { xen, domains } = host();
      const guest = await domains.built();
      await domains.start(guest);
      const suspend = (): Promise<void> => domains.ask(guest.domid, 'suspend');
      const image = await save(guest.domid, { live: true, suspend });
      expect(await xen.domainGetinfo(guest.domid)).toMatchObject({ shutdownReason: 'suspend' });
      await domains.destroy(guest.domid);

      const target = await domains.empty();
      await domains.start({ ...target, frames: await restore(target, image) });
      await domains.ask(target.domid, 'poweroff');
    });
  });
}
