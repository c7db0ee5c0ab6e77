import { describe, expect, test } from '@jest/globals';
import { HVM_PARAM } from '../xen.ts';
import type { Xen } from '../xen.ts';
import { type ComplianceDomains, eventually, MEMORY_KIB } from './compliance-domains.ts';

const PAGES = MEMORY_KIB / 4;

/** The part of the suite in which kernels come into memory. */
export function buildCompliance(
  host: () => { readonly xen: Xen; readonly domains: ComplianceDomains },
): void {
  describe('build', () => {
    test('fills the memory and leaves the guest paused', async () => {
      const { xen, domains } = host();
      const before = (await xen.physinfo()).freePages;
      const { domid, ports, frames } = await domains.built();
      expect(frames).toEqual({ storeFrame: 0xfeffcn, consoleFrame: 0xfefffn });
      const info = await xen.domainGetinfo(domid);
      expect(info).toMatchObject({
        isPaused: true,
        onlineVcpus: 1,
        outstandingPages: 0,
        shutdownReason: undefined,
      });
      expect(info?.totPages).toBeGreaterThanOrEqual(PAGES);
      expect(info?.totPages).toBeLessThanOrEqual(info?.maxPages ?? 0);
      const { freePages, outstandingPages } = await xen.physinfo();
      expect(before - freePages).toBeGreaterThanOrEqual(PAGES);
      expect(outstandingPages).toBe(0);
      const param = (name: keyof typeof HVM_PARAM): Promise<bigint> =>
        xen.hvmParamGet(domid, HVM_PARAM[name]);
      expect(await param('STORE_PFN')).toBe(frames.storeFrame);
      expect(await param('CONSOLE_PFN')).toBe(frames.consoleFrame);
      expect(await param('STORE_EVTCHN')).toBe(BigInt(ports.storePort));
      expect(await param('CONSOLE_EVTCHN')).toBe(BigInt(ports.consolePort));

      await domains.destroy(domid);
      await eventually(
        async () => (await xen.physinfo()).freePages > before - 500,
        'the memory of a destroyed domain to come back',
      );
    });

    test('a kernel that is missing', async () => {
      const { xen, domains } = host();
      const { domid, ports } = await domains.empty();
      const spec = { ...domains.buildSpec(ports), kernel: '/nowhere/to/be/found' };
      await expect(xen.domainBuild(domid, spec)).rejects.toMatchObject({
        code: 'XEN_FILE_UNREADABLE',
        kind: 'usage',
        message: expect.stringContaining("failed to open file '/nowhere/to/be/found'"),
        details: { call: 'xc_dom_kernel_file', domid },
      });
    });

    test('a kernel that is none', async () => {
      const { xen, domains } = host();
      const { domid, ports } = await domains.empty();
      await expect(
        xen.domainBuild(domid, { ...domains.buildSpec(ports), kernel: '/etc/passwd' }),
      ).rejects.toMatchObject({
        code: 'XEN_KERNEL_INVALID',
        kind: 'usage',
        details: { call: 'xc_dom_parse_image', domid },
      });
    });

    test('more memory than there is: refused before any is taken', async () => {
      const { xen, domains } = host();
      const { totalPages } = await xen.physinfo();
      const memoryKib = (Math.ceil(totalPages / 256) + 1024) * 1024;
      const { domid, ports } = await domains.empty('pvh', memoryKib);
      await expect(xen.domainBuild(domid, domains.buildSpec(ports, memoryKib))).rejects.toMatchObject({
        code: 'XEN_NO_MEMORY',
        kind: 'resource',
        details: { call: 'xc_dom_boot_mem_init', domid },
      });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ totPages: 0, outstandingPages: 0 });
    });

    test('more memory than the domain may have', async () => {
      const { xen, domains } = host();
      const { domid, ports } = await domains.empty();
      await xen.domainSetmaxmem(domid, MEMORY_KIB / 2);
      await expect(xen.domainBuild(domid, domains.buildSpec(ports))).rejects.toMatchObject({
        details: { call: 'xc_dom_boot_mem_init', domid },
      });
    });

    test('an abort', async () => {
      const { xen, domains } = host();
      const { domid, ports } = await domains.empty();
      const signal = AbortSignal.abort();
      await expect(xen.domainBuild(domid, domains.buildSpec(ports), { signal })).rejects.toMatchObject({
        code: 'INTERRUPTED',
        kind: 'interrupted',
      });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ totPages: 0 });
    });
  });
}
