import { describe, expect, test } from '@jest/globals';
import type { CreateDomainSpec } from '@vm-tools/xc-native';
import { Machine, type MachineOptions } from '../machine.ts';

const UUID = '11111111-2222-4333-8444-abcdefabcdef';
const pvh: CreateDomainSpec = { uuid: UUID, type: 'pvh', maxVcpus: 2 };
const pv: CreateDomainSpec = { uuid: UUID, type: 'pv', maxVcpus: 1 };

const errno = (errnoName: string, call?: string): object =>
  expect.objectContaining({
    details: expect.objectContaining(call === undefined ? { errnoName } : { errnoName, call }),
  });

function machineWith(options: MachineOptions = {}): { machine: Machine; heard: string[] } {
  const machine = new Machine({ memoryMib: 1024, ...options });
  const heard: string[] = [];
  machine.onEvent(({ type, domid }) => heard.push(`${domid} ${type}`));
  return { machine, heard };
}

function running(machine: Machine, spec = pvh): number {
  const domid = machine.domainCreate(spec);
  machine.domainMaxVcpus(domid, spec.maxVcpus);
  machine.domainSetmaxmem(domid, 4096);
  machine.populate(domid, 0, 512);
  machine.markBuilt(domid);
  machine.domainUnpause(domid);
  return domid;
}

describe('creation', () => {
  test('a new domain is paused and empty', () => {
    const { machine, heard } = machineWith();
    const domid = machine.domainCreate({ ...pvh, uuid: UUID.toUpperCase() });
    expect(machine.domainGetinfo(domid)).toEqual({
      domid: 1,
      uuid: UUID,
      isHvmContainer: true,
      isDying: false,
      isPaused: true,
      isBlocked: false,
      isRunning: false,
      shutdownReason: undefined,
      totPages: 0,
      maxPages: 0,
      outstandingPages: 0,
      pagedPages: 0,
      onlineVcpus: 0,
      maxVcpuId: 0xffff_ffff,
      cpuTimeNs: 0n,
      cpupool: 0,
    });
    expect(heard).toEqual(['1 created']);
  });

  test('a UUID may be given twice, a domid comes again as late as possible', () => {
    const { machine } = machineWith({ maxDomains: 3 });
    expect([1, 2, 3].map(() => machine.domainCreate(pv))).toEqual([1, 2, 3]);
    expect(() => machine.domainCreate(pv)).toThrow(errno('ENOMEM', 'xc_domain_create'));
    for (const domid of [2, 1]) machine.destroyDomain(domid);
    expect([machine.domainCreate(pv), machine.domainCreate(pv)]).toEqual([1, 2]);
    expect(machine.domainGetinfolist().map(({ domid }) => domid)).toEqual([0, 1, 2, 3]);
  });

  test('a creation that fails takes nothing but its domid', () => {
    const { machine } = machineWith();
    const before = machine.physinfo();
    expect(() => machine.domainCreate({ ...pvh, maxVcpus: 129 })).toThrow(errno('EINVAL'));
    expect(machine.physinfo()).toEqual(before);
    expect(machine.domainCreate(pv)).toBe(2);
  });

  test.each<[string, Partial<CreateDomainSpec>, MachineOptions['capabilities'], string]>([
    ['no vCPU', { maxVcpus: 0 }, {}, 'EINVAL'],
    ['too many vCPUs', { type: 'pv', maxVcpus: 8193 }, {}, 'EINVAL'],
    ['no HVM', {}, { hvm: false }, 'EINVAL'],
    ['no PV', { type: 'pv' }, { pv: false }, 'EINVAL'],
    ['HAP where there is none', { hap: true }, { hap: false, shadow: true }, 'EINVAL'],
    ['neither HAP nor shadow', {}, { hap: false }, 'EOPNOTSUPP'],
    ['no HAP wanted, no shadow', { hap: false }, {}, 'EOPNOTSUPP'],
    ['grants too new', { grantVersion: 2 }, { gnttabV2: false }, 'EINVAL'],
    ['no grants', {}, { gnttabV1: false, gnttabV2: false }, 'EINVAL'],
  ])('%s is refused', (_, spec, capabilities, name) => {
    const { machine } = machineWith({ capabilities: { ...capabilities } });
    expect(() => machine.domainCreate({ ...pvh, ...spec })).toThrow(errno(name, 'xc_domain_create'));
  });

  test('what is no UUID is refused as xc-native does', () => {
    const { machine } = machineWith();
    expect(() => machine.domainCreate({ ...pv, uuid: 'web1' })).toThrow(
      expect.objectContaining({ code: 'XEN_UUID_SYNTAX', kind: 'usage' }),
    );
  });

  test('vCPUs are as many as creation said, and may be made again', () => {
    const { machine } = machineWith();
    const domid = machine.domainCreate(pvh);
    expect(() => machine.domainMaxVcpus(domid, 1)).toThrow(errno('EINVAL', 'xc_domain_max_vcpus'));
    expect(() => machine.markBuilt(domid)).toThrow(errno('EINVAL'));
    machine.domainMaxVcpus(domid, 2);
    machine.domainMaxVcpus(domid, 2);
    expect(machine.domainGetinfo(domid)).toMatchObject({ onlineVcpus: 0, maxVcpuId: 1 });
    machine.markBuilt(domid);
    expect(machine.domainGetinfo(domid)).toMatchObject({ onlineVcpus: 1, isPaused: true });
    machine.domainUnpause(domid);
    expect(machine.domainGetinfo(domid)).toMatchObject({ onlineVcpus: 2, isPaused: false });
  });
});

describe('pauses', () => {
  test('are counted, and only the first stops the domain', () => {
    const { machine, heard } = machineWith();
    const domid = running(machine);
    machine.domainPause(domid);
    machine.domainPause(domid);
    machine.domainUnpause(domid);
    expect(machine.domainGetinfo(domid)).toMatchObject({ isPaused: true });
    machine.domainUnpause(domid);
    expect(machine.domainGetinfo(domid)).toMatchObject({ isPaused: false });
    expect(heard).toEqual(['1 created', '1 built', '1 unpaused', '1 paused', '1 unpaused']);
  });

  test('neither below zero nor above 255', () => {
    const { machine } = machineWith();
    const domid = running(machine);
    expect(() => machine.domainUnpause(domid)).toThrow(errno('EINVAL', 'xc_domain_unpause'));
    for (let count = 0; count < 255; count++) machine.domainPause(domid);
    expect(() => machine.domainPause(domid)).toThrow(errno('EOVERFLOW', 'xc_domain_pause'));
  });
});

describe('shutdown and resume', () => {
  test('the first reason stays', () => {
    const { machine, heard } = machineWith();
    const domid = running(machine);
    machine.guestShutdown(domid, 'reboot');
    machine.domainShutdown(domid, 'crash');
    expect(machine.domainGetinfo(domid)).toMatchObject({ shutdownReason: 'reboot', isRunning: false });
    expect(heard.slice(3)).toEqual(['1 shutdown']);
  });

  test('a suspended domain goes on where it was, and a pause outlives it', () => {
    const { machine, heard } = machineWith();
    const domid = running(machine);
    machine.guestShutdown(domid, 'suspend');
    machine.domainPause(domid);
    machine.domainResume(domid, { fast: true });
    expect(machine.domainGetinfo(domid)).toMatchObject({ shutdownReason: undefined, isPaused: true });
    machine.guestShutdown(domid, 'poweroff');
    expect(heard.slice(3)).toEqual(['1 shutdown', '1 paused', '1 resumed', '1 shutdown']);
  });

  test('the fast way is for suspended domains only, the slow way for all', () => {
    const { machine, heard } = machineWith();
    const domid = running(machine);
    expect(() => machine.domainResume(domid, { fast: true })).toThrow(
      'xc_domain_resume: Dom 1 not suspended: (shutdown 0, reason 255)',
    );
    machine.domainResume(domid, { fast: false });
    machine.guestShutdown(domid, 'poweroff');
    expect(() => machine.domainResume(domid, { fast: true })).toThrow(errno('EINVAL'));
    machine.domainResume(domid, { fast: false });
    expect(machine.domainGetinfo(domid)).toMatchObject({ shutdownReason: undefined });
    expect(heard.slice(3)).toEqual(['1 shutdown', '1 resumed']);
  });
});

describe('death', () => {
  test('gives everything back', () => {
    const { machine, heard } = machineWith();
    const before = machine.physinfo();
    const domid = running(machine);
    machine.destroyDomain(domid);
    expect(machine.physinfo()).toEqual(before);
    expect(machine.domainGetinfo(domid)).toBeUndefined();
    expect(heard.slice(3)).toEqual(['1 dying', '1 gone']);
    expect(() => machine.destroyDomain(domid)).toThrow(
      expect.objectContaining({ code: 'XEN_NO_DOMAIN', kind: 'no-domain' }),
    );
  });

  test('a zombie keeps the page that a backend holds, until the last lets go', () => {
    const { machine, heard } = machineWith();
    const before = machine.physinfo();
    const domid = running(machine);
    const letGo = [machine.holdPages(domid), machine.holdPages(domid)];
    machine.destroyDomain(domid);
    machine.destroyDomain(domid);
    expect(machine.domainGetinfo(domid)).toMatchObject({ isDying: true, totPages: 1 });
    expect(machine.physinfo().freePages).toBe(before.freePages - 1);
    letGo[0]!();
    letGo[0]!();
    expect(machine.domainGetinfo(domid)).toBeDefined();
    letGo[1]!();
    expect(machine.domainGetinfo(domid)).toBeUndefined();
    expect(machine.physinfo()).toEqual(before);
    expect(heard.slice(3)).toEqual(['1 dying', '1 gone']);
  });

  test('who lets go when told that it dies leaves no zombie', () => {
    const { machine, heard } = machineWith();
    const domid = running(machine);
    const letGo = machine.holdPages(domid);
    machine.onEvent(({ type }) => type === 'dying' && letGo());
    machine.destroyDomain(domid);
    expect(heard.slice(3)).toEqual(['1 dying', '1 gone']);
    expect(machine.domains.size).toBe(1);
  });

  test('a zombie gets neither memory nor event channels', () => {
    const { machine } = machineWith();
    const domid = running(machine);
    machine.holdPages(domid);
    machine.destroyDomain(domid);
    expect(() => machine.populate(domid, 0, 1)).toThrow(errno('ENOMEM'));
    expect(() => machine.evtchnAllocUnbound(domid, 0)).toThrow(errno('EINVAL'));
  });
});

describe('dom0', () => {
  test('is there, runs and has a share of the memory', () => {
    const { machine } = machineWith({ cpus: 8 });
    expect(machine.domainGetinfolist()).toEqual([
      expect.objectContaining({ domid: 0, isRunning: true, onlineVcpus: 8, totPages: 64 * 256 }),
    ]);
    expect(machine.physinfo()).toMatchObject({ totalPages: 1024 * 256, freePages: 960 * 256, onlineCpus: 8 });
  });

  test.each<[string, (machine: Machine) => void]>([
    ['EINVAL', (machine) => machine.domainPause(0)],
    ['EINVAL', (machine) => machine.domainUnpause(0)],
    ['EINVAL', (machine) => machine.destroyDomain(0)],
    ['EINVAL', (machine) => machine.domainResume(0, { fast: false })],
    ['EINVAL', (machine) => machine.domainMaxVcpus(0, 4)],
    ['EINVAL', (machine) => machine.domainSetTscInfo(0, 0)],
    ['EINVAL', (machine) => machine.cpuidApplyPolicy(0, { restore: false })],
    ['EINVAL', (machine) => machine.startLogDirty(0)],
    ['EPERM', (machine) => machine.domainShutdown(0, 'poweroff')],
  ])('does not do it to itself: %s for %s', (name, call) => {
    const { machine } = machineWith();
    expect(() => call(machine)).toThrow(errno(name));
  });
});

test('a listener that has stopped listening hears no more', () => {
  const machine = new Machine({ memoryMib: 64 });
  const heard: string[] = [];
  const stop = machine.onEvent(({ type }) => heard.push(type));
  machine.domainCreate(pv);
  stop();
  machine.domainCreate(pv);
  expect(heard).toEqual(['created']);
});
