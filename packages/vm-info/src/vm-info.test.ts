import { expect } from '@jest/globals';
import {
  addForeignDomain,
  failure,
  result,
  testOnHost,
  testRefusals,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-info ${domain}`);

testOnHost('a domain is told in full, as data and for people', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1 vcpus=2 memory=8');
  await waitForTicks(host, 'web1');
  const told = await result<object>(host, 'vm-info web1');
  expect(told).toMatchObject({
    domid,
    uuid,
    name: 'web1',
    type: 'pvh',
    memoryKib: expect.any(Number),
    targetKib: 8192,
    maxMemoryKib: 8192,
    vcpus: 2,
    vcpuList: [0, 1].map((id) => ({ id, isOnline: true, isWanted: true, hard: [0, 1, 2, 3] })),
    scheduler: { name: 'credit2', weight: 256, cap: 0 },
    devices: [{ kind: 'console', id: '0', backendDomid: 0 }],
    config: { name: 'web1', uuid, vcpus: 2, memoryKib: 8192, cmdline: expect.stringContaining('sim.tick') },
  });
  expect(told).not.toHaveProperty('configFault');
  const text = await host.run(`vm-info ${domid}`);
  for (const line of [
    /^name +web1$/m,
    /^asked for +8 MiB$/m,
    /^vcpus +2 online of 2$/m,
    /^scheduler +credit2, weight 256, no cap$/m,
    /^ +0 +(running|blocked) +0 +\d+\.\d +0-3 +0-3$/m,
    /^console +0 +0 /m,
  ])
    expect(text).toMatch(line);
});

testOnHost('of several each is told, and what is missing is said', async (host) => {
  const domid = await addForeignDomain(host, 'foreign');
  const printed = await host.exec('vm-info Domain-0 absent foreign --json');
  expect(printed.code).toBe(3);
  expect(JSON.parse(printed.stdout)).toEqual([
    expect.objectContaining({ domid: 0 }),
    { domain: 'absent', error: expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }) },
    expect.objectContaining({ domid, configFault: expect.stringContaining('cannot be read') }),
  ]);
  expect(await host.run('vm-info Domain-0 foreign')).toMatch(/^name +Domain-0\n[^]*\n\nname +foreign\n/);
});

testOnHost('without a domain it is the host', async (host) => {
  expect(await result(host, 'vm-info')).toEqual({
    version: '4.17.7',
    scheduler: 'credit2',
    cpus: 4,
    cpuKhz: 2_400_000,
    memoryKib: 8 * 2 ** 20,
    freeKib: expect.any(Number),
    claimedKib: 0,
    domains: 1,
    vcpus: 4,
    capabilities: expect.objectContaining({ hap: true, shadow: false }),
  });
  expect(await host.run('vm-info')).toMatch(/^memory +8192 MiB, \d+ MiB free$/m);
  host.simulated.faults.add({ call: 'schedId', errno: 'EPERM' });
  expect(await failure(host, 'vm-info')).toMatchObject({ error: { code: 'XEN_CALL_FAILED' } });
});
