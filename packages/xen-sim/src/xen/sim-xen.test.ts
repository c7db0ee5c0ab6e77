import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { BuildSpec, SaveSpec, Xen } from '@vm-tools/xc-native';
import { Faults, noFaults, XEN_CALLS } from '../faults/index.ts';
import { Machine } from '../machine/machine.ts';
import { SimXen } from './sim-xen.ts';

const uuid = '11111111-2222-4333-8444-abcdefabcdef';
const ports = { storePort: 1, storeDomid: 0, consolePort: 2, consoleDomid: 0 };
const build: BuildSpec = {
  ...ports,
  type: 'pv',
  kernel: '/nowhere/vmlinuz',
  cmdline: '',
  targetKib: 1024,
  maxKib: 1024,
  maxVcpus: 1,
};
const save: SaveSpec = { live: false, suspend: () => Promise.resolve() };

/** Every call of the interface, on domain 1. */
const CALLS: Readonly<Record<(typeof XEN_CALLS)[number], (xen: Xen) => Promise<unknown>>> = {
  physinfo: (xen) => xen.physinfo(),
  domainGetinfo: (xen) => xen.domainGetinfo(1),
  domainGetinfolist: (xen) => xen.domainGetinfolist(),
  domainCreate: (xen) => xen.domainCreate({ uuid, type: 'pv', maxVcpus: 1 }),
  domainMaxVcpus: (xen) => xen.domainMaxVcpus(1, 1),
  domainSetmaxmem: (xen) => xen.domainSetmaxmem(1, 4096),
  domainSetMemmapLimit: (xen) => xen.domainSetMemmapLimit(1, 4096),
  domainSetTscInfo: (xen) => xen.domainSetTscInfo(1, 2),
  domainSetTimeOffset: (xen) => xen.domainSetTimeOffset(1, 60),
  setPagingMempoolSize: (xen) => xen.setPagingMempoolSize(1, 8 << 20),
  hvmParamSet: (xen) => xen.hvmParamSet(1, 1, 1n),
  hvmParamGet: (xen) => xen.hvmParamGet(1, 1),
  cpuidApplyPolicy: (xen) => xen.cpuidApplyPolicy(1, { restore: false }),
  cpuPolicyGetDomain: (xen) => xen.cpuPolicyGetDomain(1),
  cpuPolicyGetSystem: (xen) => xen.cpuPolicyGetSystem('pv'),
  cpuPolicyGetDefault: (xen) => xen.cpuPolicyGetDefault('pv'),
  cpuPolicyIsCompatible: (xen) =>
    xen.cpuPolicyIsCompatible('pv', { cpuid: Buffer.alloc(24), msrs: Buffer.alloc(16) }),
  domainClaimPages: (xen) => xen.domainClaimPages(1, 16),
  evtchnAllocUnbound: (xen) => xen.evtchnAllocUnbound(1, 0),
  domainPause: (xen) => xen.domainPause(1),
  domainUnpause: (xen) => xen.domainUnpause(1),
  domainShutdown: (xen) => xen.domainShutdown(1, 'crash'),
  domainResume: (xen) => xen.domainResume(1, { fast: false }),
  domainLogDirtyOff: (xen) => xen.domainLogDirtyOff(1),
  domainGetCap: (xen) => xen.domainGetCap(1),
  domainSetCap: (xen) => xen.domainSetCap(1, 50),
  domainGetWeight: (xen) => xen.domainGetWeight(1),
  domainSetWeight: (xen) => xen.domainSetWeight(1, 512),
  schedId: (xen) => xen.schedId(),
  schedCreditParamsGet: (xen) => xen.schedCreditParamsGet(1),
  schedCreditParamsSet: (xen) =>
    xen.schedCreditParamsSet(1, { timesliceMs: 30, ratelimitUs: 1000, migrationDelayUs: 0 }),
  schedCredit2ParamsGet: (xen) => xen.schedCredit2ParamsGet(0),
  schedCredit2ParamsSet: (xen) => xen.schedCredit2ParamsSet(0, { ratelimitUs: 500 }),
  cputopoinfo: (xen) => xen.cputopoinfo(),
  vcpuGetinfo: (xen) => xen.vcpuGetinfo(1, 0),
  vcpuGetaffinity: (xen) => xen.vcpuGetaffinity(1, 0),
  vcpuSetaffinity: (xen) => xen.vcpuSetaffinity(1, 0, { hard: [0] }),
  domainSendTrigger: (xen) => xen.domainSendTrigger(1, 'nmi', 0),
  cpupoolList: (xen) => xen.cpupoolList(),
  cpupoolFreeinfo: (xen) => xen.cpupoolFreeinfo(),
  cpupoolCreate: (xen) => xen.cpupoolCreate('credit'),
  cpupoolDestroy: (xen) => xen.cpupoolDestroy(1),
  cpupoolAddcpu: (xen) => xen.cpupoolAddcpu(1, 0),
  cpupoolRemovecpu: (xen) => xen.cpupoolRemovecpu(0, 0),
  cpupoolMovedomain: (xen) => xen.cpupoolMovedomain(1, 1),
  sendDebugKeys: (xen) => xen.sendDebugKeys('h'),
  domainSetPodTarget: (xen) => xen.domainSetPodTarget(1, 256),
  readconsolering: (xen) => xen.readconsolering({ clear: true }),
  domainDestroy: (xen) => xen.domainDestroy(1),
  domainBuild: (xen) => xen.domainBuild(1, build),
  domainSave: (xen) => xen.domainSave(1, save).done,
  domainDumpcore: (xen) => xen.domainDumpcore(1).done,
  domainRestore: (xen) => xen.domainRestore(1, { ...ports, type: 'pvh' }).done,
};

function host(): { machine: Machine; faults: Faults; xen: SimXen } {
  const machine = new Machine({ memoryMib: 64 });
  machine.domainCreate({ uuid, type: 'pvh', maxVcpus: 1 });
  const faults = new Faults();
  return { machine, faults, xen: new SimXen(machine, faults) };
}

describe('SimXen', () => {
  test.each(XEN_CALLS)('%s fails as it is told to, and does nothing then', async (call) => {
    const { machine, faults, xen } = host();
    const state = (): unknown[] => [
      machine.physinfo(),
      machine.domainGetinfolist().map((info) => ({ ...info, cpuTimeNs: 0n })),
      machine.domains.get(1)?.evtchns.size,
      machine.domains.get(1)?.hvmParams.size,
      [machine.cpupoolList(), machine.readconsolering({ clear: false })],
    ];
    const before = state();
    faults.add({ call, errno: 'EIO' });
    await expect(CALLS[call](xen)).rejects.toMatchObject({ details: { errnoName: 'EIO' } });
    expect(state()).toEqual(before);
  });

  test('answers what the machine does, by promises', async () => {
    const { machine } = host();
    const xen = new SimXen(machine, noFaults);
    expect(xen.version).toEqual({ major: 4, minor: 17, extra: '.7' });
    expect(await xen.physinfo()).toEqual(machine.physinfo());
    const domid = await xen.domainCreate({ uuid, type: 'pvh', maxVcpus: 2 });
    await xen.domainMaxVcpus(domid, 2);
    await xen.hvmParamSet(domid, 1, 7n);
    expect(await xen.hvmParamGet(domid, 1)).toBe(7n);
    expect(await xen.evtchnAllocUnbound(domid, 0)).toBe(1);
    expect(await xen.domainGetinfo(domid)).toMatchObject({ domid: 2, isPaused: true, maxVcpuId: 1 });
    await xen.domainDestroy(domid);
    expect(await xen.domainGetinfo(domid)).toBeUndefined();
    await expect(xen.domainPause(domid)).rejects.toMatchObject({ code: 'XEN_NO_DOMAIN' });
    await xen.close();
  });

  test('a long call that hangs can be aborted', async () => {
    const { machine, faults, xen } = host();
    faults.add({ call: 'domain*', times: 4, hang: true });
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const calls = [
      xen.domainDestroy(1, options),
      xen.domainBuild(1, build, options),
      xen.domainSave(1, save, options).done,
      xen.domainRestore(1, { ...ports, type: 'pvh' }, options).done,
    ];
    abort.abort();
    for (const call of calls) await expect(call).rejects.toMatchObject({ kind: 'interrupted' });
    expect(machine.domains.size).toBe(2);
  });

  test('a save that fails before it begins fails at both ends', async () => {
    const { faults, xen } = host();
    faults.add({ call: 'domainSave', errno: 'ENOMEM' });
    const { stream, done } = xen.domainSave(1, save);
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'XEN_NO_MEMORY' });
    await expect(done).rejects.toMatchObject({ code: 'XEN_NO_MEMORY' });
  });
});
