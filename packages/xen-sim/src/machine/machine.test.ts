import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import type { CreateDomainSpec } from '@vm-tools/xc-native';
import { Machine, type MachineOptions } from './machine.ts';

const uuid = '11111111-2222-4333-8444-abcdefabcdef';
const errno = (errnoName: string): object =>
  expect.objectContaining({ details: expect.objectContaining({ errnoName }) });

/** A host with one domain that has vCPUs and 64 MiB at most. */
function host(
  type: CreateDomainSpec['type'] = 'pvh',
  options: MachineOptions = {},
): { machine: Machine; domid: number } {
  const machine = new Machine({ memoryMib: 256, dom0Mib: 0, ...options });
  const domid = machine.domainCreate({ uuid, type, maxVcpus: 2, maxEvtchnPort: 3 });
  machine.domainMaxVcpus(domid, 2);
  machine.domainSetmaxmem(domid, 64 * 1024);
  return { machine, domid };
}

describe('memory', () => {
  test('a domain gets up to its maximum, which may be lowered below what it has', () => {
    const { machine, domid } = host('pv');
    machine.populate(domid, 0, 10_000);
    expect(() => machine.populate(domid, 10_000, 6_385)).toThrow(
      expect.objectContaining({ code: 'XEN_NO_MEMORY', kind: 'resource' }),
    );
    machine.domainSetmaxmem(domid, 4096);
    expect(machine.domainGetinfo(domid)).toMatchObject({ totPages: 10_000, maxPages: 1024 });
    expect(() => machine.populate(domid, 10_000, 1)).toThrow(errno('ENOMEM'));
  });

  test('and no more than the host has', () => {
    const { machine, domid } = host('pv', { memoryMib: 32 });
    expect(() => machine.populate(domid, 0, 32 * 256 + 1)).toThrow(errno('ENOMEM'));
    machine.populate(domid, 0, 32 * 256);
    expect(machine.physinfo().freePages).toBe(0);
  });

  test('page tables of a PVH guest come from its pool', () => {
    const { machine, domid } = host();
    const gib = 1024 * 256;
    machine.domainSetmaxmem(domid, 1024 * 1024);
    expect(() => machine.populate(domid, 0, gib / 8)).not.toThrow();
    expect(() => machine.populate(domid, gib / 8, gib / 8)).toThrow(errno('ENOMEM')); // 256 pages map some 126 MiB
    const { freePages } = machine.physinfo();
    machine.setPagingMempoolSize(domid, 4 << 20);
    expect(machine.physinfo().freePages).toBe(freePages - 768);
    machine.setPagingMempoolSize(domid, 0);
    expect(machine.physinfo().freePages).toBe(freePages + 256 - 67); // 64 of level 1, one of each level above
  });

  test('a pool is of whole pages, not for PV, and must be there', () => {
    const { machine, domid } = host();
    expect(() => machine.setPagingMempoolSize(domid, 4097)).toThrow(errno('EINVAL'));
    expect(() => machine.setPagingMempoolSize(domid, 512 << 20)).toThrow(errno('ENOMEM'));
    const pv = machine.domainCreate({ uuid, type: 'pv', maxVcpus: 1 });
    expect(() => machine.setPagingMempoolSize(pv, 4096)).toThrow(errno('EOPNOTSUPP'));
  });

  test('a claim keeps memory from others and melts away', () => {
    const { machine, domid } = host('pv', { memoryMib: 64 });
    const other = machine.domainCreate({ uuid, type: 'pv', maxVcpus: 1 });
    machine.domainSetmaxmem(other, 64 * 1024);
    machine.domainClaimPages(domid, 10_000);
    expect(machine.physinfo()).toMatchObject({ freePages: 16_384, outstandingPages: 10_000 });
    expect(() => machine.populate(other, 0, 6_385)).toThrow(errno('ENOMEM'));
    expect(() => machine.domainClaimPages(other, 6_385)).toThrow(errno('ENOMEM'));
    machine.populate(other, 0, 6_384);
    machine.populate(domid, 0, 4_000);
    expect(machine.domainGetinfo(domid)).toMatchObject({ totPages: 4_000, outstandingPages: 6_000 });
    machine.domainClaimPages(domid, 0);
    expect(machine.physinfo().outstandingPages).toBe(0);
  });

  test('one claim a domain, above what it has and within its maximum', () => {
    const { machine, domid } = host('pv');
    machine.populate(domid, 0, 100);
    expect(() => machine.domainClaimPages(domid, 100)).toThrow(errno('EINVAL'));
    expect(() => machine.domainClaimPages(domid, 16_385)).toThrow(errno('EINVAL'));
    machine.domainClaimPages(domid, 200);
    expect(machine.physinfo().outstandingPages).toBe(100);
    expect(() => machine.domainClaimPages(domid, 300)).toThrow(errno('EINVAL'));
    expect(() => machine.domainClaimPages(99, 300)).toThrow(errno('EINVAL'));
    machine.destroyDomain(domid);
    expect(machine.physinfo().outstandingPages).toBe(0);
  });
});

describe('event channels', () => {
  test('the lowest free port, up to the highest that the domain may have', () => {
    const { machine, domid } = host();
    expect([0, 0, 7].map((remote) => machine.evtchnAllocUnbound(domid, remote))).toEqual([1, 2, 3]);
    expect([...machine.domains.get(domid)!.evtchns]).toEqual([[1, 0], [2, 0], [3, 7]]); // prettier-ignore
    expect(() => machine.evtchnAllocUnbound(domid, 0)).toThrow(errno('ENOSPC'));
    machine.domains.get(domid)!.evtchns.delete(2);
    expect(machine.evtchnAllocUnbound(domid, 0)).toBe(2);
  });
});

describe('HVM params', () => {
  test('are 0 until they are set, and unknown to PV', () => {
    const { machine, domid } = host();
    expect(machine.hvmParamGet(domid, 0)).toBe(0n);
    machine.hvmParamSet(domid, 1, 0xfeffcn);
    expect(machine.hvmParamGet(domid, 1)).toBe(0xfeffcn);
    const pv = machine.domainCreate({ uuid, type: 'pv', maxVcpus: 1 });
    expect(() => machine.hvmParamSet(pv, 1, 1n)).toThrow(errno('EINVAL'));
    expect(() => machine.hvmParamGet(pv, 1)).toThrow(errno('EINVAL'));
    expect(() => machine.hvmParamGet(domid, 39 as 35)).toThrow(errno('EINVAL'));
  });

  test('some have limits, altp2m is for once', () => {
    const { machine, domid } = host();
    expect(() => machine.hvmParamSet(domid, 10, 4n)).toThrow(errno('EINVAL'));
    expect(() => machine.hvmParamSet(domid, 35, 4n)).toThrow(errno('EINVAL'));
    machine.hvmParamSet(domid, 35, 0n);
    machine.hvmParamSet(domid, 35, 1n);
    machine.hvmParamSet(domid, 35, 1n);
    expect(() => machine.hvmParamSet(domid, 35, 2n)).toThrow(errno('EEXIST'));
  });
});

test('from Xen 4.19 on, altp2m is chosen at creation', () => {
  const machine = new Machine({ version: { major: 4, minor: 20, extra: '.4' } });
  const domid = machine.domainCreate({ uuid, type: 'pvh', maxVcpus: 1 });
  machine.hvmParamSet(domid, 35, 0n);
  expect(() => machine.hvmParamSet(domid, 35, 1n)).toThrow(errno('EEXIST'));
  expect(machine.hvmParamGet(domid, 35)).toBe(0n);
});

describe('settings of the machine', () => {
  test('a CPU policy is for domains that have not run', () => {
    const { machine, domid } = host();
    machine.cpuidApplyPolicy(domid, { restore: false });
    machine.domainUnpause(domid);
    expect(() => machine.cpuidApplyPolicy(domid, { restore: false })).toThrow(errno('EEXIST'));
  });

  test('TSC mode, time offset and map limit are kept', () => {
    const { machine, domid } = host();
    machine.domainSetTscInfo(domid, 2);
    machine.domainSetTimeOffset(domid, -3600);
    machine.domainSetMemmapLimit(domid, 65_536);
    expect(machine.domains.get(domid)).toMatchObject({
      tscMode: 2,
      timeOffsetSeconds: -3600,
      memmapLimitKib: 65_536,
    });
    expect(() => machine.domainSetTscInfo(domid, 3)).toThrow(errno('EINVAL'));
  });
});

describe('log-dirty', () => {
  test('knows what is written from then on', () => {
    const { machine, domid } = host();
    const heard: string[] = [];
    machine.onEvent(({ type }) => heard.push(type));
    machine.populate(domid, 0, 16);
    const domain = machine.domains.get(domid)!;
    domain.program = { catchUp: () => domain.memory.writePage(3, new Uint8Array(4096)), load: () => 0 };
    machine.startLogDirty(domid);
    expect(domain.memory.dirtyPages).toBe(0);
    domain.catchUp();
    expect([...domain.memory.takeDirty().ranges()]).toEqual([[3, 1]]);
    expect(() => machine.startLogDirty(domid)).toThrow(errno('EINVAL'));
    machine.domainLogDirtyOff(domid);
    machine.domainLogDirtyOff(domid);
    expect([domain.memory.isLogDirty, ...heard]).toEqual([false, 'log-dirty']);
  });

  test('needs shadow paging for PV', () => {
    expect(() => {
      const { machine, domid } = host('pv');
      machine.startLogDirty(domid);
    }).toThrow(errno('EOPNOTSUPP'));
    const { machine, domid } = host('pv', { capabilities: { shadow: true } });
    machine.startLogDirty(domid);
    expect(machine.domains.get(domid)!.memory.isLogDirty).toBe(true);
  });
});

describe('time', () => {
  test('passes for a domain while it runs', async () => {
    const clock = new ManualClock();
    const { machine, domid } = host('pvh', { clock });
    const domain = machine.domains.get(domid)!;
    domain.program = { catchUp: () => undefined, load: () => 0.25 };
    await clock.advance(100);
    machine.markBuilt(domid);
    machine.domainUnpause(domid);
    expect(domain.runtimeMs()).toBe(0);
    await clock.advance(40);
    machine.domainPause(domid);
    await clock.advance(1000);
    machine.domainUnpause(domid);
    await clock.advance(20);
    machine.guestShutdown(domid, 'suspend');
    await clock.advance(1000);
    expect(domain.runtimeMs()).toBe(60);
    machine.domainResume(domid, { fast: true });
    await clock.advance(4);
    expect(domain.runtimeMs()).toBe(64);
    expect(machine.domainGetinfo(domid)).toMatchObject({
      cpuTimeNs: 16_000_000n,
      isBlocked: true,
      isRunning: false,
    });
  });

  test('a busy domain runs, and CPU time never goes back when it gets idle', async () => {
    const clock = new ManualClock();
    const { machine, domid } = host('pvh', { clock });
    let load = 2;
    machine.markBuilt(domid);
    expect(machine.domains.get(domid)!.isInert).toBe(true);
    machine.domains.get(domid)!.program = { catchUp: () => undefined, load: () => load };
    machine.domainUnpause(domid);
    await clock.advance(10);
    expect(machine.domainGetinfo(domid)).toMatchObject({ isRunning: true, cpuTimeNs: 20_000_000n });
    load = 0;
    await clock.advance(10);
    expect(machine.domainGetinfo(domid)).toMatchObject({ isBlocked: true, cpuTimeNs: 20_000_000n });
  });
});

describe('a domain that is not there', () => {
  const options = { fast: true };
  test.each<[string, (machine: Machine, domid: number) => unknown]>([
    ['xc_domain_max_vcpus', (machine, domid) => machine.domainMaxVcpus(domid, 1)],
    ['xc_domain_setmaxmem', (machine, domid) => machine.domainSetmaxmem(domid, 1)],
    ['xc_domain_set_memmap_limit', (machine, domid) => machine.domainSetMemmapLimit(domid, 1)],
    ['xc_domain_set_tsc_info', (machine, domid) => machine.domainSetTscInfo(domid, 0)],
    ['xc_domain_set_time_offset', (machine, domid) => machine.domainSetTimeOffset(domid, 0)],
    ['xc_set_paging_mempool_size', (machine, domid) => machine.setPagingMempoolSize(domid, 0)],
    ['xc_hvm_param_set', (machine, domid) => machine.hvmParamSet(domid, 1, 0n)],
    ['xc_hvm_param_get', (machine, domid) => machine.hvmParamGet(domid, 1)],
    ['xc_cpuid_apply_policy', (machine, domid) => machine.cpuidApplyPolicy(domid, { restore: false })],
    ['xc_evtchn_alloc_unbound', (machine, domid) => machine.evtchnAllocUnbound(domid, 0)],
    ['xc_domain_pause', (machine, domid) => machine.domainPause(domid)],
    ['xc_domain_unpause', (machine, domid) => machine.domainUnpause(domid)],
    ['xc_domain_shutdown', (machine, domid) => machine.domainShutdown(domid, 'crash')],
    ['xc_domain_resume', (machine, domid) => machine.domainResume(domid, options)],
    ['xc_domain_destroy', (machine, domid) => machine.destroyDomain(domid)],
    ['xc_logdirty_control', (machine, domid) => machine.startLogDirty(domid)],
  ])('%s: ESRCH', (call, make) => {
    const { machine } = host();
    for (const domid of [99, -1, 1.5, NaN]) {
      const details = { call, errnoName: 'ESRCH', domid };
      expect(() => make(machine, domid)).toThrow(
        expect.objectContaining({ code: 'XEN_NO_DOMAIN', details: expect.objectContaining(details) }),
      );
    }
  });

  test('has no info', () => {
    expect(host().machine.domainGetinfo(99)).toBeUndefined();
  });
});
