import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { HVM_PARAM } from '../xen.ts';
import type { ShutdownReason, Xen } from '../xen.ts';
import { type ComplianceDomains, eventually, MEMORY_KIB } from './compliance-domains.ts';

/** The part of the suite about what is set, counted and told of a domain, whatever is in its memory. */
export function settingsCompliance(
  host: () => { readonly xen: Xen; readonly domains: ComplianceDomains },
): void {
  describe('settings', () => {
    test('vCPUs are as many as at creation, and may be made twice', async () => {
      const { xen, domains } = host();
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
      const { xen, domains } = host();
      const domid = await domains.create();
      await xen.domainSetmaxmem(domid, 8195);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ maxPages: 2048, totPages: 0 });
      await xen.domainSetmaxmem(domid, 4096);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ maxPages: 1024 });
    });

    test('the pool for page tables is taken from the host at once', async () => {
      const { xen, domains } = host();
      const domid = await domains.create();
      const before = await freePages(xen);
      await xen.setPagingMempoolSize(domid, 32 << 20);
      const taken = before - (await freePages(xen));
      expect(taken).toBeGreaterThan(7000); // 8192, less what the domain was born with
      expect(taken).toBeLessThan(9000);
      await domains.destroy(domid);
      await eventually(async () => (await freePages(xen)) > before - 500, 'the pool to come back');
    });

    test('a pool is of whole pages, and not beyond all bounds', async () => {
      const { xen, domains } = host();
      const domid = await domains.create();
      for (const bytes of [(4 << 20) + 1, 2 ** 45]) {
        await expect(xen.setPagingMempoolSize(domid, bytes)).rejects.toMatchObject({
          details: { call: 'xc_set_paging_mempool_size', errnoName: 'EINVAL' },
        });
      }
    });

    test('a PV domain has no pool', async () => {
      const { xen, domains } = host();
      const EOPNOTSUPP = 95;
      await expect(
        xen.setPagingMempoolSize(await domains.create({ type: 'pv' }), 4 << 20),
      ).rejects.toMatchObject({ details: { errno: EOPNOTSUPP } });
    });

    test('HVM params are 0 until they are set, to any 64 bits', async () => {
      const { xen, domains } = host();
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
      const { xen, domains } = host();
      const domid = await domains.create();
      const modes = 4n;
      await expect(xen.hvmParamSet(domid, HVM_PARAM.TIMER_MODE, modes)).rejects.toMatchObject({
        details: { call: 'xc_hvm_param_set', errnoName: 'EINVAL' },
      });
      expect(await xen.hvmParamGet(domid, HVM_PARAM.TIMER_MODE)).toBe(0n);
    });

    test('a PV domain has no HVM params', async () => {
      const { xen, domains } = host();
      const domid = await domains.create({ type: 'pv' });
      const refused = { details: { errnoName: 'EINVAL' } };
      await expect(xen.hvmParamSet(domid, HVM_PARAM.STORE_PFN, 1n)).rejects.toMatchObject(refused);
      await expect(xen.hvmParamGet(domid, HVM_PARAM.STORE_PFN)).rejects.toMatchObject(refused);
    });

    test('event channels are numbered from 1, up to the limit of the domain', async () => {
      const { xen, domains } = host();
      const domid = await domains.create({ maxEvtchnPort: 3 });
      const ports: number[] = [];
      for (let count = 0; count < 3; count++) ports.push(await xen.evtchnAllocUnbound(domid, 0));
      expect(ports).toEqual([1, 2, 3]);
      await expect(xen.evtchnAllocUnbound(domid, 0)).rejects.toMatchObject({
        details: { call: 'xc_evtchn_alloc_unbound', errnoName: 'ENOSPC' },
      });
    });

    test('a grant table is of a known version, and no larger than its host allows', async () => {
      const { xen, domains } = host();
      for (const type of ['pv', 'pvh'] as const)
        await domains.create({ type, grantVersion: 1, maxGrantFrames: 1, maxMaptrackFrames: 0 });
      // Older ones compare it with a limit, newer ones have no room for it.
      const most = 0x7fff_ffff;
      const refusal = isNewer(xen) ? 'ENOMEM' : 'EINVAL';
      for (const [limits, errnoName] of [
        [{ maxGrantFrames: 0 }, 'EINVAL'],
        [{ maxGrantFrames: most }, refusal],
        [{ maxMaptrackFrames: most }, refusal],
      ] as const)
        await expect(
          xen.domainCreate({ uuid: randomUUID(), type: 'pvh', maxVcpus: 1, ...limits }),
        ).rejects.toMatchObject({ details: { call: 'xc_domain_create', errnoName } });
    });

    test('a guest can be a hypervisor where the processor translates its addresses', async () => {
      const { xen, domains } = host();
      const { capabilities } = await xen.physinfo();
      const spec = { uuid: randomUUID(), type: 'pvh', maxVcpus: 1, nestedVirt: true } as const;
      const refused = { details: { call: 'xc_domain_create', errnoName: 'EINVAL' } };
      await expect(xen.domainCreate({ ...spec, hap: false })).rejects.toMatchObject(refused);
      if (!capabilities.hap) return;
      const domid = await domains.create({ nestedVirt: true }).catch((error: unknown) => {
        // A newer Xen looks first whether the processor has all that it takes.
        if (isNewer(xen)) expect(error).toMatchObject(refused);
        else throw error;
      });
      if (domid === undefined) return;
      await xen.domainMaxVcpus(domid, 1);
      await xen.cpuidApplyPolicy(domid, { restore: false, nestedVirt: true });
    });

    test('performance counters are there, or refused before there is a domain', async () => {
      const { domains } = host();
      for (const type of ['pv', 'pvh'] as const)
        await domains.create({ type, vpmu: true }).catch((error: unknown) => {
          expect(error).toMatchObject({ details: { call: 'xc_domain_create', errnoName: 'EINVAL' } });
        });
    });

    test('strange registers may be read, and a time stamp counter may be told to be invariant', async () => {
      const { xen, domains } = host();
      for (const type of ['pv', 'pvh'] as const) {
        const domid = await domains.create({ type, msrRelaxed: true });
        await xen.domainMaxVcpus(domid, 1);
        for (const mode of [1, 2]) await xen.domainSetTscInfo(domid, mode);
        await expect(xen.domainSetTscInfo(domid, 4)).rejects.toMatchObject({
          details: { call: 'xc_domain_set_tsc_info', errnoName: 'EINVAL' },
        });
        await xen.cpuidApplyPolicy(domid, { restore: false, invariantTsc: true });
      }
    });

    test('a cap on processor time is 0 until it is set, and can be taken back', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      expect(await xen.domainGetCap(domid)).toBe(0);
      for (const percent of [50, 5, 0]) {
        await xen.domainSetCap(domid, percent);
        expect(await xen.domainGetCap(domid)).toBe(percent);
      }
    });

    test('a cap is no more than the processors of the domain can take', async () => {
      const { xen, domains } = host();
      for (const [domid, percent] of [
        [await domains.create(), 50], // has none yet
        [(await domains.empty()).domid, 101],
      ] as const) {
        await expect(xen.domainSetCap(domid, percent)).rejects.toMatchObject({
          details: { errnoName: 'EINVAL', domid },
        });
      }
    });

    test('a weight is 256 until it is set, and leaves the cap alone', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      expect(await xen.domainGetWeight(domid)).toBe(256);
      await xen.domainSetCap(domid, 50);
      await xen.domainSetWeight(domid, 512);
      expect(await xen.domainGetWeight(domid)).toBe(512);
      expect(await xen.domainGetCap(domid)).toBe(50);
      expect(['credit', 'credit2']).toContain(await xen.schedId());
    });

    test('a vCPU is told of, and may be kept to some processors', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      expect(await xen.vcpuGetinfo(domid, 0)).toMatchObject({ isRunning: false, cpuTimeNs: 0n });
      const { hard, soft } = await xen.vcpuGetaffinity(domid, 0);
      expect(hard).toContain(0);
      await xen.vcpuSetaffinity(domid, 0, { hard: [0] });
      expect(await xen.vcpuGetaffinity(domid, 0)).toEqual({ hard: [0], soft });
      await xen.vcpuSetaffinity(domid, 0, { hard, soft: [0] });
      expect(await xen.vcpuGetaffinity(domid, 0)).toEqual({ hard, soft: [0] });
      await expect(xen.vcpuSetaffinity(domid, 0, { hard: [] })).rejects.toMatchObject({
        details: { call: 'xc_vcpu_setaffinity', errnoName: 'EINVAL' },
      });
      await expect(xen.vcpuGetinfo(domid, 99)).rejects.toMatchObject({
        details: { call: 'xc_vcpu_getinfo', errnoName: 'EINVAL' },
      });
    });

    test('a trigger is for a vCPU that is there, and buttons are not of PV guests', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      await xen.domainSendTrigger(domid, 'nmi', 0);
      await expect(xen.domainSendTrigger(domid, 'nmi', 1)).rejects.toMatchObject({
        details: { call: 'xc_domain_send_trigger', errnoName: 'ESRCH', domid },
      });
      await xen.domainSendTrigger(domid, 'power', 0);
      const pv = await domains.create({ type: 'pv' });
      await xen.domainMaxVcpus(pv, 1);
      await expect(xen.domainSendTrigger(pv, 'sleep', 0)).rejects.toMatchObject({
        details: { call: 'xc_domain_send_trigger', errnoName: 'EINVAL', domid: pv },
      });
    });

    test('pools of processors come and go, and one has all domains until they are moved', async () => {
      const { xen, domains } = host();
      const domid = await domains.create();
      const [first] = await xen.cpupoolList();
      expect(first).toMatchObject({ id: 0, scheduler: await xen.schedId() });
      expect(await xen.domainGetinfo(domid)).toMatchObject({ cpupool: 0 });
      const id = await xen.cpupoolCreate('credit');
      try {
        expect(id).toBeGreaterThan(0);
        const made = { id, scheduler: 'credit', domains: 0, cpus: [] };
        expect(await xen.cpupoolList()).toContainEqual(made);
        const refused = (call: string, errnoName: string): object => ({ details: { call, errnoName } });
        const [cpu = 0] = first!.cpus;
        await expect(xen.cpupoolAddcpu(id, cpu)).rejects.toMatchObject(
          refused('xc_cpupool_addcpu', 'ENODEV'),
        );
        await expect(xen.cpupoolMovedomain(id, domid)).rejects.toMatchObject(
          refused('xc_cpupool_movedomain', 'ENOENT'),
        );
        // Where there is a processor to spare, it moves, and a domain with it.
        if (first!.cpus.length > 1) await useSpare(xen, id, first!.cpus.at(-1)!, domid);
      } finally {
        await xen.cpupoolDestroy(id);
      }
      expect((await xen.cpupoolList()).map((pool) => pool.id)).not.toContain(id);
      await expect(xen.cpupoolDestroy(id)).rejects.toMatchObject({
        details: { call: 'xc_cpupool_destroy', errnoName: 'ENOENT' },
      });
    });

    test('each processor of a pool has its place', async () => {
      const { xen } = host();
      const places = await xen.cputopoinfo();
      const pooled = (await xen.cpupoolList()).flatMap(({ cpus }) => cpus);
      expect(places.map(({ cpu }) => cpu)).toEqual(expect.arrayContaining(pooled));
      expect(places.map(({ node }) => node)).toContain(0);
    });

    test('the scheduler of a pool has parameters, and another scheduler others', async () => {
      const { xen } = host();
      const invalid = { details: { errnoName: 'EINVAL' } };
      const id = await xen.cpupoolCreate('credit');
      try {
        const usual = { timesliceMs: 30, ratelimitUs: 1000, migrationDelayUs: 0 };
        expect(await xen.schedCreditParamsGet(id)).toEqual(usual);
        const wanted = { timesliceMs: 5, ratelimitUs: 0, migrationDelayUs: 100 };
        await xen.schedCreditParamsSet(id, wanted);
        expect(await xen.schedCreditParamsGet(id)).toEqual(wanted);
        await expect(xen.schedCredit2ParamsGet(id)).rejects.toMatchObject(invalid);
        for (const wrong of [{ timesliceMs: 0 }, { timesliceMs: 1001 }, { ratelimitUs: 99 }])
          await expect(xen.schedCreditParamsSet(id, { ...wanted, ...wrong })).rejects.toMatchObject(invalid);
        expect(await xen.schedCreditParamsGet(id)).toEqual(wanted);
      } finally {
        await xen.cpupoolDestroy(id);
      }
      await expect(xen.schedCreditParamsGet(id)).rejects.toMatchObject({ details: { errnoName: 'ESRCH' } });
      const second = await xen.cpupoolCreate('credit2');
      try {
        await xen.schedCredit2ParamsSet(second, { ratelimitUs: 500 });
        expect(await xen.schedCredit2ParamsGet(second)).toEqual({ ratelimitUs: 500 });
      } finally {
        await xen.cpupoolDestroy(second);
      }
    });

    test("keys of Xen's console are answered in its log", async () => {
      const { xen } = host();
      await xen.sendDebugKeys('h');
      expect(await xen.readconsolering({ clear: false })).toContain("'h' pressed");
    });

    test('a target for memory populated on demand is taken where there is none', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      await xen.domainSetPodTarget(domid, 1024);
    });

    test("Xen's log can be read, again and again", async () => {
      const { xen } = host();
      const log = await xen.readconsolering({ clear: false });
      expect(log).toMatch(/\(XEN\)/);
      const again = await xen.readconsolering({ clear: false });
      expect(again).toContain(log.trimEnd().split('\n').at(-1));
    });

    test('log-dirty mode that is off can be switched off', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      await xen.domainLogDirtyOff(domid);
    });

    test('what else a domain is given before it is filled', async () => {
      const { xen, domains } = host();
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
      (await host().xen.domainGetinfo(domid))?.isPaused;

    test('are counted, from one', async () => {
      const { xen, domains } = host();
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
      const { xen, domains } = host();
      const domid = await domains.create({ type: 'pv' });
      for (let count = 1; count < 255; count++) await xen.domainPause(domid);
      await expect(xen.domainPause(domid)).rejects.toMatchObject({
        details: { call: 'xc_domain_pause', errnoName: 'EOVERFLOW' },
      });
    });
  });

  describe('shutdown', () => {
    const reasonOf = async (domid: number): Promise<ShutdownReason | undefined> =>
      (await host().xen.domainGetinfo(domid))?.shutdownReason;
    const reasons = ['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset'] as const;

    test.each(reasons)('%s is told, and undone by a resume', async (reason) => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      await xen.domainShutdown(domid, reason);
      expect(await xen.domainGetinfo(domid)).toMatchObject({ shutdownReason: reason, isPaused: true });
      await xen.domainResume(domid, { fast: false });
      expect(await reasonOf(domid)).toBeUndefined();
    });

    test('the first reason stays', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      await xen.domainShutdown(domid, 'reboot');
      await xen.domainShutdown(domid, 'crash');
      expect(await reasonOf(domid)).toBe('reboot');
    });

    test('only from a suspend can a guest be told that it was cancelled', async () => {
      const { xen, domains } = host();
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
}

async function useSpare(xen: Xen, id: number, cpu: number, domid: number): Promise<void> {
  expect(await xen.cpupoolFreeinfo()).not.toContain(cpu);
  await xen.cpupoolRemovecpu(0, cpu);
  expect(await xen.cpupoolFreeinfo()).toContain(cpu);
  await xen.cpupoolAddcpu(id, cpu);
  await xen.cpupoolMovedomain(id, domid);
  expect(await xen.domainGetinfo(domid)).toMatchObject({ cpupool: id });
  await xen.domainSetWeight(domid, 400); // by the calls of the scheduler of that pool
  expect(await xen.domainGetWeight(domid)).toBe(400);
  for (const refused of [xen.cpupoolRemovecpu(id, cpu), xen.cpupoolDestroy(id)])
    await expect(refused).rejects.toMatchObject({ details: { errnoName: 'EBUSY' } });
  await xen.cpupoolMovedomain(0, domid);
  await xen.cpupoolRemovecpu(id, cpu);
  await xen.cpupoolAddcpu(0, cpu);
}

async function freePages(xen: Xen): Promise<number> {
  return (await xen.physinfo()).freePages;
}

/** Than 4.17. */
function isNewer({ version: { minor } }: Xen): boolean {
  return minor > 17;
}
