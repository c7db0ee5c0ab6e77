import { randomUUID } from 'node:crypto';
import type { Transform } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { HVM_PARAM } from '../xen.ts';
import type { ShutdownReason, Xen } from '../xen.ts';
import { ComplianceDomains, type ComplianceStore, eventually, MEMORY_KIB } from './compliance-domains.ts';
import { imageCompliance } from './image-compliance.ts';

/** A host to be tested on: its own domains are left alone. */
export interface ComplianceHost {
  readonly xen: Xen;
  readonly store: ComplianceStore;
  /** path there of a PVH kernel that suspends and powers off when control/shutdown asks it to */
  readonly kernel: string;
  dispose(): Promise<void>;
}

/** Higher than any domid in use. For a gap below another domain, libxc has other ways to say that it is one. */
const ABSENT = 0x7fe0;
const PAGES = MEMORY_KIB / 4;

/**
 * What Xen 4.17 does, and so must whoever answers the interface `Xen`: run against the real one in the lab, and
 * against the simulated one. What is asserted stands in Xen's source; the names of its functions are given.
 *
 * @param verify makes a stream that lets only sound libxc streams pass: `verifyLibxc` of packages/xen-stream
 */
export function xenCompliance(open: () => Promise<ComplianceHost>, verify: () => Transform): void {
  // Emulated hosts are slow, and start a process for each long call.
  jest.setTimeout(180_000);

  let host: ComplianceHost;
  let xen: Xen;
  let domains: ComplianceDomains;
  const freePages = async (): Promise<number> => (await xen.physinfo()).freePages;

  beforeAll(async () => {
    host = await open();
    ({ xen } = host);
    domains = new ComplianceDomains(host);
  });
  afterEach(() => domains.clean());
  afterAll(() => host.dispose());

  describe('the host', () => {
    test('is Xen 4.17', () => {
      expect(xen.version).toMatchObject({ major: 4, minor: 17, extra: expect.stringMatching(/^[.-]/) });
    });

    test('has memory, processors, and what Debian builds in', async () => {
      const info = await xen.physinfo();
      expect(info.freePages).toBeGreaterThan(2 * PAGES);
      expect(info.totalPages).toBeGreaterThan(info.freePages);
      expect(info.outstandingPages).toBe(0);
      expect(info.onlineCpus).toBeGreaterThan(0);
      expect(info.cpuKhz).toBeGreaterThan(0);
      expect(info.capabilities).toMatchObject({ hvm: true, pv: true, hap: true, shadow: false });
    });

    test('has dom0, which runs', async () => {
      const dom0 = await xen.domainGetinfo(0);
      expect(dom0).toMatchObject({ domid: 0, isDying: false, isPaused: false, shutdownReason: undefined });
      expect(dom0?.onlineVcpus).toBeGreaterThan(0);
    });

    test('lists its domains by domid', async () => {
      const made = [await domains.create(), await domains.create()];
      const domids = (await xen.domainGetinfolist()).map(({ domid }) => domid);
      expect(domids).toEqual(expect.arrayContaining([0, ...made]));
      expect(domids).toEqual(domids.toSorted((one, other) => one - other));
    });
  });

  describe('a new domain', () => {
    test.each(['pvh', 'pv'] as const)('of type %s is empty and paused', async (type) => {
      const uuid = randomUUID();
      const domid = await domains.create({ uuid, type, maxVcpus: 2 });
      const empty = {
        domid,
        uuid,
        isHvmContainer: type === 'pvh',
        isDying: false,
        isPaused: true,
        isBlocked: false,
        isRunning: false,
        shutdownReason: undefined,
        totPages: 0,
        outstandingPages: 0,
        onlineVcpus: 0,
        cpuTimeNs: 0n,
      };
      expect(await xen.domainGetinfo(domid)).toMatchObject(empty);
      // There are vCPUs now, but a vCPU is offline until somebody has set its registers.
      await xen.domainMaxVcpus(domid, 2);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ ...empty, maxVcpuId: 1 });
    });

    test('has the next domid, not the lowest that is free', async () => {
      const first = await domains.create();
      await domains.destroy(first);
      const second = await domains.create({ type: 'pv' });
      const third = await domains.create();
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
    });

    test('may have the UUID of another one', async () => {
      const uuid = randomUUID();
      const [first, second] = [await domains.create({ uuid }), await domains.create({ uuid })];
      expect(await xen.domainGetinfo(first)).toMatchObject({ uuid });
      expect(await xen.domainGetinfo(second)).toMatchObject({ uuid });
    });

    test.each([
      ['without vCPUs', { maxVcpus: 0 }],
      ['with more vCPUs than HVM_MAX_VCPUS', { maxVcpus: 129 }],
    ])('cannot be %s', async (_what, spec) => {
      await expect(domains.create(spec)).rejects.toMatchObject({
        code: 'XEN_CALL_FAILED',
        details: { call: 'xc_domain_create', errnoName: 'EINVAL' },
      });
    });
  });

  describe('a domain that is not there', () => {
    test('has no information', async () => {
      expect(await xen.domainGetinfo(ABSENT)).toBeUndefined();
    });

    const ports = { storePort: 1, consolePort: 2, storeDomid: 0, consoleDomid: 0 };
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      xc_domain_max_vcpus: () => xen.domainMaxVcpus(ABSENT, 1),
      xc_domain_setmaxmem: () => xen.domainSetmaxmem(ABSENT, 1024),
      xc_domain_set_memmap_limit: () => xen.domainSetMemmapLimit(ABSENT, 1024),
      xc_domain_set_tsc_info: () => xen.domainSetTscInfo(ABSENT, 0),
      xc_domain_set_time_offset: () => xen.domainSetTimeOffset(ABSENT, 0),
      xc_set_paging_mempool_size: () => xen.setPagingMempoolSize(ABSENT, 1 << 20),
      xc_hvm_param_set: () => xen.hvmParamSet(ABSENT, HVM_PARAM.TIMER_MODE, 1n),
      xc_hvm_param_get: () => xen.hvmParamGet(ABSENT, HVM_PARAM.TIMER_MODE),
      xc_cpuid_apply_policy: () => xen.cpuidApplyPolicy(ABSENT, { restore: false }),
      xc_evtchn_alloc_unbound: () => xen.evtchnAllocUnbound(ABSENT, 0),
      xc_domain_pause: () => xen.domainPause(ABSENT),
      xc_domain_unpause: () => xen.domainUnpause(ABSENT),
      xc_domain_shutdown: () => xen.domainShutdown(ABSENT, 'crash'),
      xc_domain_resume: () => xen.domainResume(ABSENT, { fast: true }),
      xc_domain_destroy: () => xen.domainDestroy(ABSENT),
      xc_domain_save: () => xen.domainSave(ABSENT, { live: false, suspend: async () => undefined }).done,
      xc_domain_restore: () => xen.domainRestore(ABSENT, { ...ports, type: 'pvh' }).done,
    };
    test.each(Object.keys(calls))('%s: ESRCH', async (call) => {
      await expect(calls[call]!()).rejects.toMatchObject({
        code: 'XEN_NO_DOMAIN',
        kind: 'no-domain',
        details: { call, domid: ABSENT, errno: 3, errnoName: 'ESRCH' },
      });
    });

    test('has no memory either: the builder cannot claim any for it', async () => {
      await expect(xen.domainBuild(ABSENT, domains.buildSpec(ports))).rejects.toMatchObject({
        code: 'XEN_NO_MEMORY',
        details: { call: 'xc_dom_boot_mem_init', domid: ABSENT },
      });
    });
  });

  describe('dom0 cannot stop itself', () => {
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      xc_domain_pause: () => xen.domainPause(0),
      xc_domain_max_vcpus: () => xen.domainMaxVcpus(0, 1),
      xc_domain_set_tsc_info: () => xen.domainSetTscInfo(0, 0),
      xc_domain_destroy: () => xen.domainDestroy(0),
    };
    test.each(Object.keys(calls))('%s: EINVAL', async (call) => {
      await expect(calls[call]!()).rejects.toMatchObject({
        details: { call, domid: 0, errnoName: 'EINVAL' },
      });
    });
  });

  describe('settings', () => {
    test('vCPUs are as many as at creation, and may be made twice', async () => {
      const domid = await domains.create({ maxVcpus: 2 });
      await xen.domainMaxVcpus(domid, 2);
      await xen.domainMaxVcpus(domid, 2);
      for (const other of [1, 3]) {
        await expect(xen.domainMaxVcpus(domid, other)).rejects.toMatchObject({
          details: { call: 'xc_domain_max_vcpus', errnoName: 'EINVAL' },
        });
      }
    });

    test('the most memory is counted in whole pages, and may go down again', async () => {
      const domid = await domains.create();
      await xen.domainSetmaxmem(domid, 8195);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ maxPages: 2048, totPages: 0 });
      await xen.domainSetmaxmem(domid, 4096);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ maxPages: 1024 });
    });

    test('the pool for page tables is taken from the host at once', async () => {
      const domid = await domains.create();
      const before = await freePages();
      await xen.setPagingMempoolSize(domid, 32 << 20);
      const taken = before - (await freePages());
      expect(taken).toBeGreaterThan(7000); // 8192, less what the domain was born with
      expect(taken).toBeLessThan(9000);
      await domains.destroy(domid);
      await eventually(async () => (await freePages()) > before - 500, 'the pool to come back');
    });

    test('a pool is of whole pages, and not beyond all bounds', async () => {
      const domid = await domains.create();
      for (const bytes of [(4 << 20) + 1, 2 ** 45]) {
        await expect(xen.setPagingMempoolSize(domid, bytes)).rejects.toMatchObject({
          details: { call: 'xc_set_paging_mempool_size', errnoName: 'EINVAL' },
        });
      }
    });

    test('a PV domain has no pool', async () => {
      const EOPNOTSUPP = 95;
      await expect(
        xen.setPagingMempoolSize(await domains.create({ type: 'pv' }), 4 << 20),
      ).rejects.toMatchObject({ details: { errno: EOPNOTSUPP } });
    });

    test('HVM params are 0 until they are set, to any 64 bits', async () => {
      const domid = await domains.create();
      const { STORE_PFN, TIMER_MODE, ALTP2M } = HVM_PARAM;
      expect(await xen.hvmParamGet(domid, STORE_PFN)).toBe(0n);
      await xen.hvmParamSet(domid, STORE_PFN, 0xfedc_ba98_7654_3210n);
      expect(await xen.hvmParamGet(domid, STORE_PFN)).toBe(0xfedc_ba98_7654_3210n);
      expect(await xen.hvmParamGet(domid, TIMER_MODE)).toBe(0n);
      await xen.hvmParamSet(domid, TIMER_MODE, 1n);
      expect(await xen.hvmParamGet(domid, TIMER_MODE)).toBe(1n);
      await xen.hvmParamSet(domid, ALTP2M, 0n);
      expect(await xen.hvmParamGet(domid, ALTP2M)).toBe(0n);
    });

    test('HVM params are checked where Xen knows their meaning', async () => {
      const domid = await domains.create();
      const modes = 4n;
      await expect(xen.hvmParamSet(domid, HVM_PARAM.TIMER_MODE, modes)).rejects.toMatchObject({
        details: { call: 'xc_hvm_param_set', errnoName: 'EINVAL' },
      });
      expect(await xen.hvmParamGet(domid, HVM_PARAM.TIMER_MODE)).toBe(0n);
    });

    test('a PV domain has no HVM params', async () => {
      const domid = await domains.create({ type: 'pv' });
      const refused = { details: { errnoName: 'EINVAL' } };
      await expect(xen.hvmParamSet(domid, HVM_PARAM.STORE_PFN, 1n)).rejects.toMatchObject(refused);
      await expect(xen.hvmParamGet(domid, HVM_PARAM.STORE_PFN)).rejects.toMatchObject(refused);
    });

    test('event channels are numbered from 1, up to the limit of the domain', async () => {
      const domid = await domains.create({ maxEvtchnPort: 3 });
      const ports: number[] = [];
      for (let count = 0; count < 3; count++) ports.push(await xen.evtchnAllocUnbound(domid, 0));
      expect(ports).toEqual([1, 2, 3]);
      await expect(xen.evtchnAllocUnbound(domid, 0)).rejects.toMatchObject({
        details: { call: 'xc_evtchn_alloc_unbound', errnoName: 'ENOSPC' },
      });
    });

    test('what else a domain is given before it is filled', async () => {
      const pvh = await domains.create();
      await xen.domainMaxVcpus(pvh, 1);
      await xen.domainSetTscInfo(pvh, 0);
      await xen.domainSetTimeOffset(pvh, -3600);
      await xen.cpuidApplyPolicy(pvh, { restore: false });
      const pv = await domains.create({ type: 'pv' });
      await xen.domainMaxVcpus(pv, 1);
      await xen.domainSetMemmapLimit(pv, MEMORY_KIB);
      await xen.domainSetTscInfo(pv, 0);
      await xen.cpuidApplyPolicy(pv, { restore: false });
    });
  });

  describe('pauses', () => {
    const isPaused = async (domid: number): Promise<boolean | undefined> =>
      (await xen.domainGetinfo(domid))?.isPaused;

    test('are counted, from one', async () => {
      const domid = await domains.create({ type: 'pv' });
      await xen.domainPause(domid);
      await xen.domainUnpause(domid);
      expect(await isPaused(domid)).toBe(true);
      await xen.domainUnpause(domid);
      expect(await isPaused(domid)).toBe(false);
      await expect(xen.domainUnpause(domid)).rejects.toMatchObject({
        details: { call: 'xc_domain_unpause', errnoName: 'EINVAL' },
      });
      await xen.domainPause(domid);
      expect(await isPaused(domid)).toBe(true);
    });

    test('are counted to 255', async () => {
      const domid = await domains.create({ type: 'pv' });
      for (let count = 1; count < 255; count++) await xen.domainPause(domid);
      await expect(xen.domainPause(domid)).rejects.toMatchObject({
        details: { call: 'xc_domain_pause', errnoName: 'EOVERFLOW' },
      });
    });
  });

  describe('shutdown', () => {
    const reasonOf = async (domid: number): Promise<ShutdownReason | undefined> =>
      (await xen.domainGetinfo(domid))?.shutdownReason;
    const reasons = ['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset'] as const;

    test.each(reasons)('%s is told, and undone by a resume', async (reason) => {
      const { domid } = await domains.empty();
      await xen.domainShutdown(domid, reason);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ shutdownReason: reason, isPaused: true });
      await xen.domainResume(domid, { fast: false });
      expect(await reasonOf(domid)).toBeUndefined();
    });

    test('the first reason stays', async () => {
      const { domid } = await domains.empty();
      await xen.domainShutdown(domid, 'reboot');
      await xen.domainShutdown(domid, 'crash');
      expect(await reasonOf(domid)).toBe('reboot');
    });

    test('only from a suspend can a guest be told that it was cancelled', async () => {
      const { domid } = await domains.empty();
      const refused = {
        message: expect.stringContaining(`Dom ${domid} not suspended`),
        details: { call: 'xc_domain_resume', errnoName: 'EINVAL' },
      };
      await expect(xen.domainResume(domid, { fast: true })).rejects.toMatchObject(refused);
      await xen.domainShutdown(domid, 'poweroff');
      await expect(xen.domainResume(domid, { fast: true })).rejects.toMatchObject(refused);
      expect(await reasonOf(domid)).toBe('poweroff');
      await xen.domainResume(domid, { fast: false });
      await xen.domainShutdown(domid, 'suspend');
      await xen.domainResume(domid, { fast: true });
      expect(await reasonOf(domid)).toBeUndefined();
    });
  });

  imageCompliance(() => ({ xen, domains }), verify);
}
