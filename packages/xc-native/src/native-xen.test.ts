import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { supportFor } from './versions/index.ts';
import { StructView } from './abi/struct-view.ts';
import { LEAF_BYTES, MSR_BYTES } from './cpu/entries.ts';
import { openStub } from './testing/open-stub.ts';
import { buildStubLibrary, STUB_MINORS } from './testing/stub-library.ts';
import type { StubLibrary } from './testing/stub-library.ts';
import { NO_SUBLEAF } from './cpu/feature-words.ts';
import { HVM_PARAM } from './xen.ts';
import type { CpuLeaves, Xen } from './xen.ts';

// The stub records what arrives in C, so these tests prove the tables and koffi's marshalling together.
const UUID = '0badcafe-1234-5678-9abc-def012345678';

describe.each(STUB_MINORS)('Xen 4.%i', (minor) => {
  const support = supportFor(`4.${minor}`);
  let stub: StubLibrary;
  let xen: Xen;

  beforeAll(async () => {
    stub = await buildStubLibrary(minor);
    const physinfo = new StructView(support.layouts.xc_physinfo_t)
      .set('capabilities', (1 << 0) | (1 << 1) | (1 << 3) | (1 << 8) | (1 << 9))
      .set('free_pages', 4096n)
      .set('nr_cpus', 2);
    await stub.give('xc_physinfo', physinfo.bytes);
    xen = await openStub(stub);
  });
  afterAll(async () => {
    await xen.close();
    await stub[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await stub.script();
    await stub.takeCalls();
  });

  test('version and host', async () => {
    expect(xen.version).toEqual({ major: 4, minor, extra: '.7-stub' });
    expect(await xen.physinfo()).toMatchObject({
      freePages: 4096,
      onlineCpus: 2,
      capabilities: { hvm: true, pv: true, hap: true, shadow: false, gnttabV1: true, gnttabV2: true },
    });
  });

  test.each<[name: string, call: (xen: Xen) => Promise<unknown>, args: readonly string[]]>([
    ['xc_domain_max_vcpus', (x) => x.domainMaxVcpus(7, 4), ['7', '4']],
    ['xc_domain_setmaxmem', (x) => x.domainSetmaxmem(7, 2 ** 40), ['7', '1099511627776']],
    ['xc_domain_set_memmap_limit', (x) => x.domainSetMemmapLimit(7, 131072), ['7', '131072']],
    ['xc_domain_set_tsc_info', (x) => x.domainSetTscInfo(7, 2), ['7', '2', '0', '0', '0']],
    ['xc_domain_set_time_offset', (x) => x.domainSetTimeOffset(7, -3600), ['7', '-3600']],
    ['xc_set_paging_mempool_size', (x) => x.setPagingMempoolSize(7, 1 << 20), ['7', '1048576']],
    [
      'xc_hvm_param_set',
      (x) => x.hvmParamSet(7, HVM_PARAM.ALTP2M, 2n ** 63n),
      ['7', '35', '9223372036854775808'],
    ],
    ['xc_evtchn_alloc_unbound', (x) => x.evtchnAllocUnbound(7, 0), ['7', '0']],
    ['xc_domain_pause', (x) => x.domainPause(7), ['7']],
    ['xc_domain_unpause', (x) => x.domainUnpause(7), ['7']],
    ['xc_domain_shutdown', (x) => x.domainShutdown(7, 'crash'), ['7', '3']],
    ['xc_domain_resume', (x) => x.domainResume(7, { fast: true }), ['7', '1']],
    ['xc_shadow_control', (x) => x.domainLogDirtyOff(7), ['7', '0', 'null', '0']],
    [
      'xc_cpuid_apply_policy',
      (x) => x.cpuidApplyPolicy(7, { restore: true }),
      ['7', '1', 'null', '0', '1', '0', '0', 'null', 'null'],
    ],
    [
      'xc_cpuid_apply_policy',
      (x) => x.cpuidApplyPolicy(7, { restore: false, invariantTsc: true, nestedVirt: true }),
      ['7', '0', 'null', '0', '1', '1', '1', 'null', 'null'],
    ],
    ['xc_domain_claim_pages', (x) => x.domainClaimPages(7, 2 ** 33), ['7', '8589934592']],
  ])('%s gets what it was given', async (name, call, args) => {
    await call(xen);
    expect(await stub.takeCalls()).toEqual([[name, 'ptr', ...args]]);
  });

  test('xc_hvm_param_get gives 64 bits back', async () => {
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(2n ** 60n + 1n);
    await stub.give('xc_hvm_param_get', value);
    expect(await xen.hvmParamGet(7, HVM_PARAM.STORE_PFN)).toBe(2n ** 60n + 1n);
  });

  test('a CPU policy is taken from Xen, and held against what Xen can give', async () => {
    const policy = { cpuid: Buffer.alloc(2 * LEAF_BYTES, 1), msrs: Buffer.alloc(MSR_BYTES, 2) };
    await stub.give('xc_cpu_policy_serialise', Buffer.concat([policy.cpuid, policy.msrs]));
    expect(await xen.cpuPolicyGetDomain(7)).toEqual(policy);
    expect(await xen.cpuPolicyGetSystem('pvh')).toEqual(policy);
    expect(await xen.cpuPolicyGetDefault('pv')).toEqual(policy);
    const serialised = [
      ['xc_cpu_policy_get_size', 'ptr', 'ptr', 'ptr'],
      ['xc_cpu_policy_serialise', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'],
      ['xc_cpu_policy_destroy', 'ptr'],
    ];
    expect(await stub.takeCalls()).toEqual([
      ['xc_cpu_policy_init'],
      ['xc_cpu_policy_get_domain', 'ptr', '7', 'ptr'],
      ...serialised,
      ['xc_cpu_policy_init'],
      ['xc_cpu_policy_get_system', 'ptr', '3', 'ptr'],
      ...serialised,
      ['xc_cpu_policy_init'],
      ['xc_cpu_policy_get_system', 'ptr', '4', 'ptr'],
      ...serialised,
    ]);
    expect(await xen.cpuPolicyIsCompatible('pv', policy)).toBe(false);
    await stub.script('xc_cpu_policy_is_compatible 1 0 0');
    expect(await xen.cpuPolicyIsCompatible('pv', policy)).toBe(true);
    const calls = await stub.takeCalls();
    expect(calls.slice(calls.length / 2)).toEqual([
      ['xc_cpu_policy_init'],
      ['xc_cpu_policy_init'],
      ['xc_cpu_policy_get_system', 'ptr', '2', 'ptr'],
      ['xc_cpu_policy_update_cpuid', 'ptr', 'ptr', 'ptr', '2'],
      ['xc_cpu_policy_update_msrs', 'ptr', 'ptr', 'ptr', '1'],
      ['xc_cpu_policy_is_compatible', 'ptr', 'ptr', 'ptr'],
      ['xc_cpu_policy_destroy', 'ptr'],
      ['xc_cpu_policy_destroy', 'ptr'],
    ]);
  });

  test('a guest gets the features that it may have, by their words, and no more leaves', async () => {
    const features = ['fpu', 'sse', 'aesni', 'mcdt_no'];
    await xen.cpuidApplyPolicy(7, { restore: false, features, nestedVirt: true, invariantTsc: true });
    const [call] = await stub.takeCalls();
    expect(call?.slice(0, 10)).toEqual([
      ...['xc_cpuid_apply_policy', 'ptr', '7', '0', 'ptr'],
      ...[String(call!.at(-1)!.length / 8), '1', '1', '1', 'null'],
    ]);
    const words = Buffer.from(call!.at(-1)!, 'hex');
    const bits = Array.from({ length: words.length / 4 }, (_, word) => words.readUInt32LE(4 * word));
    expect(bits.slice(0, 4)).toEqual([(1 << 0) | (1 << 25), (1 << 25) | (1 << 5), 0, 1 << 2]); // with vmx and svm
    expect([bits[7], bits[13]]).toEqual([1 << 8, 1 << 5]); // with itsc
    await expect(xen.cpuidApplyPolicy(7, { restore: false, features: ['FPU'] })).rejects.toMatchObject({
      code: 'XEN_CPU_FEATURE',
    });
    await stub.takeCalls();

    const cpuid = Buffer.alloc(2 * LEAF_BYTES);
    for (const [at, value] of [NO_SUBLEAF, 13].entries()) cpuid.writeUInt32LE(value, 4 + 4 * at);
    cpuid.writeUInt32LE(7, LEAF_BYTES);
    await stub.give('xc_cpu_policy_serialise', Buffer.concat([cpuid, Buffer.alloc(MSR_BYTES)]));
    const names = async (leaves: CpuLeaves): Promise<readonly (string | undefined)[]> => {
      await xen.cpuidApplyPolicy(7, { restore: false, leaves });
      return (await stub.takeCalls()).map(([name]) => name);
    };
    const looks = [
      ...['xc_cpuid_apply_policy', 'xc_cpu_policy_init', 'xc_cpu_policy_get_domain'],
      ...['xc_cpu_policy_get_size', 'xc_cpu_policy_serialise'],
    ];
    expect(await names({ basic: 13, features: 0, extended: 0 })).toEqual([...looks, 'xc_cpu_policy_destroy']);
    expect(await names({ basic: 7, features: 0, extended: 0 })).toEqual([
      ...looks,
      ...['xc_cpu_policy_update_cpuid', 'xc_cpu_policy_set_domain', 'xc_cpu_policy_destroy'],
    ]);
  });

  test('a CPU policy that is no policy never reaches Xen, and none is left in C', async () => {
    const broken = { cpuid: Buffer.alloc(LEAF_BYTES + 1), msrs: Buffer.alloc(MSR_BYTES) };
    await expect(xen.cpuPolicyIsCompatible('pv', broken)).rejects.toMatchObject({
      code: 'XEN_CPU_POLICY',
      kind: 'corrupt',
    });
    const names = (await stub.takeCalls()).map(([name]) => name);
    expect(names).not.toContain('xc_cpu_policy_update_cpuid');
    const count = (call: string): number => names.filter((name) => name === call).length;
    expect(count('xc_cpu_policy_destroy')).toBe(count('xc_cpu_policy_init'));
  });

  test('xc_domain_create: a PVH domain and a PV domain', async () => {
    expect(await xen.domainCreate({ uuid: UUID, type: 'pvh', maxVcpus: 2 })).toBe(7);
    await xen.domainCreate({ uuid: UUID, type: 'pv', maxVcpus: 1, grantVersion: 1 });
    const [pvh, pv] = (await stub.takeCalls())
      .filter(([name]) => name === 'xc_domain_create')
      .map(
        (call) => new StructView(support.layouts.xen_domctl_createdomain, Buffer.from(call.at(-1)!, 'hex')),
      );
    expect(pvh!.get('handle')).toBe(UUID);
    expect(pvh!.get('flags')).toBe(0b1011); // hvm, hap, oos_off
    expect(pvh!.get('emulation_flags')).toBe(1);
    expect(pvh!.get('max_vcpus')).toBe(2);
    expect(pvh!.get('max_evtchn_port')).toBe(1023);
    expect(pvh!.get('max_grant_frames')).toBe(-1);
    expect(pvh!.get('grant_opts')).toBe(2);
    expect(pv!.get('flags')).toBe(0);
    expect(pv!.get('emulation_flags')).toBe(0);
    expect(pv!.get('grant_opts')).toBe(1);
  });

  test('xc_domain_create: what is asked for beyond the usual', async () => {
    const limits = { maxGrantFrames: 32, maxMaptrackFrames: 0, maxEvtchnPort: 99 };
    await xen.domainCreate({ uuid: UUID, type: 'pvh', maxVcpus: 1, nestedVirt: true, ...limits });
    await xen.domainCreate({ uuid: UUID, type: 'pv', maxVcpus: 1, vpmu: true, msrRelaxed: true });
    const [pvh, pv] = (await stub.takeCalls())
      .filter(([name]) => name === 'xc_domain_create')
      .map(
        (call) => new StructView(support.layouts.xen_domctl_createdomain, Buffer.from(call.at(-1)!, 'hex')),
      );
    expect(pvh!.get('flags')).toBe(0b100_1011); // nested_virt besides
    expect(pvh!.get('max_grant_frames')).toBe(32);
    expect(pvh!.get('max_maptrack_frames')).toBe(0);
    expect(pvh!.get('max_evtchn_port')).toBe(99);
    expect(pvh!.get('misc_flags')).toBe(0);
    expect(pv!.get('flags')).toBe(0b1000_0000); // vpmu
    expect(pv!.get('misc_flags')).toBe(1);
  });

  test('domains are decoded, and the next domain is not taken for the one asked for', async () => {
    const info = new StructView(support.layouts.xc_domaininfo_t)
      .set('domain', 9)
      .set('flags', 0b110 | (2 << 16)) // hvm, shutdown, suspend
      .set('handle', UUID)
      .set('tot_pages', 32768n)
      .set('cpu_time', 2n ** 55n);
    await stub.give('xc_domain_getinfolist', info.bytes);
    await stub.script('xc_domain_getinfolist 1 0 0');
    const [domain, ...others] = await xen.domainGetinfolist();
    expect(others).toEqual([]);
    expect(domain).toMatchObject({
      domid: 9,
      uuid: UUID,
      isHvmContainer: true,
      isPaused: false,
      shutdownReason: 'suspend',
      totPages: 32768,
      cpuTimeNs: 2n ** 55n,
    });
    expect(await xen.domainGetinfo(8)).toBeUndefined();
    expect(await xen.domainGetinfo(9)).toEqual(domain);
  });

  test('vCPUs: maps of processors are lists of their numbers', async () => {
    await stub.script('xc_get_cpumap_size 2 0 0');
    const info = new StructView(support.layouts.xc_vcpuinfo_t)
      .set('online', 1)
      .set('running', 1)
      .set('cpu_time', 2n ** 55n)
      .set('cpu', 11);
    await stub.give('xc_vcpu_getinfo', info.bytes);
    expect(await xen.vcpuGetinfo(7, 1)).toEqual({
      isOnline: true,
      isBlocked: false,
      isRunning: true,
      cpuTimeNs: 2n ** 55n,
      cpu: 11,
    });
    await stub.give('xc_vcpu_getaffinity', Buffer.from([0b1000_0001, 0b10, 0xff, 0xff]));
    expect(await xen.vcpuGetaffinity(7, 1)).toEqual({
      hard: [0, 7, 9],
      soft: Array.from({ length: 16 }, (_, cpu) => cpu),
    });
    await stub.takeCalls();
    await xen.vcpuSetaffinity(7, 1, { hard: [0, 7, 9, 16] }); // there is no bit for 16
    await xen.vcpuSetaffinity(7, 1, { soft: [1] });
    const calls = (await stub.takeCalls()).filter(([name]) => name === 'xc_vcpu_setaffinity');
    expect(calls).toEqual([
      ['xc_vcpu_setaffinity', 'ptr', '7', '1', 'ptr', 'null', '1', '8102'],
      ['xc_vcpu_setaffinity', 'ptr', '7', '1', 'null', 'ptr', '2', '0200'],
    ]);
  });

  test('pools of processors are read one by one, and what C has allocated is freed', async () => {
    await stub.script('xc_get_cpumap_size 2 0 0');
    expect(await xen.cpupoolList()).toEqual([{ id: 4, scheduler: 'credit2', domains: 2, cpus: [0, 2, 8] }]);
    expect(await xen.cpupoolFreeinfo()).toEqual([1]);
    expect(await xen.cpupoolCreate('credit')).toBe(3);
    await xen.cpupoolMovedomain(3, 7);
    await xen.domainSendTrigger(7, 'sleep', 1);
    await xen.sendDebugKeys('q');
    const calls = (await stub.takeCalls()).filter(([name]) => /cpupool|trigger|keys/.test(name ?? ''));
    expect(calls).toEqual([
      ['xc_cpupool_getinfo', 'ptr', '0'],
      ['xc_cpupool_infofree', 'ptr', 'ptr'],
      ['xc_cpupool_getinfo', 'ptr', '5'],
      ['xc_cpupool_freeinfo', 'ptr'],
      ['xc_cpupool_create', 'ptr', 'ptr', '5'],
      ['xc_cpupool_movedomain', 'ptr', '3', '7'],
      ['xc_domain_send_trigger', 'ptr', '7', '4', '1'],
      ['xc_send_debug_keys', 'ptr', 'q'],
    ]);
  });

  test('places of processors, without those that are offline', async () => {
    expect(await xen.cputopoinfo()).toEqual([
      { cpu: 0, node: 0 },
      { cpu: 1, node: 1 },
    ]);
  });

  test('parameters of the scheduler of a pool', async () => {
    await stub.give('xc_sched_credit_params_get', Buffer.from('1e000000e803000005000000', 'hex'));
    await stub.give('xc_sched_credit2_params_get', Buffer.from('f4010000', 'hex'));
    const params = { timesliceMs: 30, ratelimitUs: 1000, migrationDelayUs: 5 };
    expect(await xen.schedCreditParamsGet(2)).toEqual(params);
    expect(await xen.schedCredit2ParamsGet(0)).toEqual({ ratelimitUs: 500 });
    await xen.schedCreditParamsSet(2, params);
    await xen.schedCredit2ParamsSet(0, { ratelimitUs: 500 });
    const calls = (await stub.takeCalls()).filter(([name]) => /params_set$/.test(name ?? ''));
    expect(calls).toEqual([
      ['xc_sched_credit_params_set', 'ptr', '2', 'ptr', '1e000000e803000005000000'],
      ['xc_sched_credit2_params_set', 'ptr', '0', 'ptr', 'f4010000'],
    ]);
  });

  test("Xen's console ring is read to its end", async () => {
    await stub.give('xc_readconsolering', Buffer.from('(XEN) all well.\n'));
    expect(await xen.readconsolering({ clear: true })).toBe('(XEN) all well.\n');
    const calls = (await stub.takeCalls()).filter(([name]) => name === 'xc_readconsolering');
    expect(calls).toEqual([
      ['xc_readconsolering', 'ptr', 'ptr', 'ptr', '1', '1', 'ptr'],
      ['xc_readconsolering', 'ptr', 'ptr', 'ptr', '1', '1', 'ptr'],
    ]);
  });

  test('more domains than fit one call', async () => {
    await stub.script('xc_domain_getinfolist 256 0 0');
    const all = Array.from(
      { length: 256 },
      (_, index) => new StructView(support.layouts.xc_domaininfo_t).set('domain', index + 0x7ef0).bytes,
    );
    await stub.give('xc_domain_getinfolist', Buffer.concat(all));
    const domains = await xen.domainGetinfolist();
    expect(domains).toHaveLength(256); // the last one has the highest domid there is, so nothing is asked again
  });

  test('a failure carries the call, errno, domid and what libxc logged', async () => {
    await stub.script(
      'xc_domain_pause -1 3 0',
      'xc_domain_setmaxmem -1 12 0',
      'xc_domain_unpause -1 22 1 wrong %d state',
    );
    await expect(xen.domainPause(7)).rejects.toMatchObject({
      code: 'XEN_NO_DOMAIN',
      kind: 'no-domain',
      message: 'xc_domain_pause: No such process (ESRCH)',
      details: { call: 'xc_domain_pause', errno: 3, errnoName: 'ESRCH', domid: 7 },
      log: [],
    });
    await expect(xen.domainSetmaxmem(7, 1)).rejects.toMatchObject({
      code: 'XEN_NO_MEMORY',
      kind: 'resource',
      message: 'xc_domain_setmaxmem: Cannot allocate memory (ENOMEM)',
    });
    await expect(xen.domainUnpause(7)).rejects.toMatchObject({
      code: 'XEN_CALL_FAILED',
      message: 'xc_domain_unpause: wrong %d state',
      log: ['error: wrong %d state'],
    });
  });

  test('arguments out of range never reach Xen', async () => {
    await expect(xen.domainPause(-1)).rejects.toThrow('which is no uint32_t');
    await expect(xen.domainCreate({ uuid: 'x', type: 'pv', maxVcpus: 1 })).rejects.toMatchObject({
      kind: 'usage',
    });
    expect((await stub.takeCalls()).map(([name]) => name)).toEqual(['xc_physinfo']);
  });

  test('a closed connection says so', async () => {
    const other = await openStub(stub);
    await other.close();
    await other.close();
    await expect(other.domainPause(7)).rejects.toMatchObject({ code: 'XEN_CLOSED' });
  });
});
