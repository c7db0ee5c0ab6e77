import { randomUUID } from 'node:crypto';
import type { Transform } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { HVM_PARAM } from '../xen.ts';
import type { Xen } from '../xen.ts';
import { ComplianceDomains, type ComplianceStore, MEMORY_KIB } from './compliance-domains.ts';
import type { ComplianceFile } from './compliance-files.ts';
import { admissionCompliance } from './admission-compliance.ts';
import { buildCompliance } from './build-compliance.ts';
import { imageCompliance } from './image-compliance.ts';
import { settingsCompliance } from './settings-compliance.ts';

export { localFile, type ComplianceFile } from './compliance-files.ts';

/** A host to be tested on: its own domains are left alone. */
export interface ComplianceHost {
  readonly xen: Xen;
  /** the release that it has to be of: "4.17" */
  readonly release: string;
  readonly store: ComplianceStore;
  /** path there of a PVH kernel that suspends and powers off when control/shutdown asks it to */
  readonly kernel: string;
  /** Makes a file there. */
  readonly emptyFile: () => Promise<ComplianceFile>;
  dispose(): Promise<void>;
}

/** Higher than any domid in use. For a gap below another domain, libxc has other ways to say that it is one. */
const ABSENT = 0x7fe0;
const PAGES = MEMORY_KIB / 4;

/**
 * The behaviour of Xen 4.17 and 4.20, which every implementation of the interface `Xen` must have: run against the real one in
 * the lab, and against the simulated one. What is asserted stands in Xen's source; the names of its functions are
 * given.
 *
 * @param verify makes a stream that lets only sound libxc streams pass: `verifyLibxc` of packages/xen-stream
 */
export function xenCompliance(open: () => Promise<ComplianceHost>, verify: () => Transform): void {
  // Emulated hosts are slow, and start a process for each long call.
  jest.setTimeout(patient(240_000));

  let host: ComplianceHost;
  let xen: Xen;
  let domains: ComplianceDomains;

  beforeAll(async () => {
    host = await open();
    ({ xen } = host);
    domains = new ComplianceDomains(host);
  });
  afterEach(() => domains.clean());
  afterAll(() => host.dispose());

  describe('the host', () => {
    test('is of its release', () => {
      const { major, minor, extra } = xen.version;
      expect(`${major}.${minor}`).toBe(host.release);
      expect(extra).toMatch(/^[.-]/);
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
      // There are vCPUs now, but a vCPU is offline until its registers have been set.
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
      xc_cpu_policy_get_domain: () => xen.cpuPolicyGetDomain(ABSENT),
      xc_evtchn_alloc_unbound: () => xen.evtchnAllocUnbound(ABSENT, 0),
      xc_domain_pause: () => xen.domainPause(ABSENT),
      xc_domain_unpause: () => xen.domainUnpause(ABSENT),
      xc_domain_shutdown: () => xen.domainShutdown(ABSENT, 'crash'),
      xc_domain_resume: () => xen.domainResume(ABSENT, { fast: true }),
      xc_shadow_control: () => xen.domainLogDirtyOff(ABSENT),
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

  settingsCompliance(() => ({ xen, domains }));
  admissionCompliance(() => ({ xen, domains }));
  buildCompliance(() => ({ xen, domains }));
  imageCompliance(
    () => ({ xen, domains }),
    verify,
    () => host.emptyFile(),
  );
}
