import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain, planCreate } from '../actions/create-domain.ts';
import { domainInfo } from '../actions/look/domain-info.ts';
import { setDomain } from '../actions/set-domain.ts';
import type { DomainConfig } from '../config/schema.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { readUserdata } from '../userdata.ts';

const ALL = [0, 1, 2, 3];

/** What Xen and the guest have of a new domain, and what is kept of it. */
async function made(host: SimulatedHost, more: Partial<DomainConfig>) {
  const domain = await createDomain(host, sampleConfig(host, more));
  const { scheduler, vcpuList } = await domainInfo(host, domain);
  const kept = JSON.parse((await readUserdata(host, domain)).replace(/\0$/, '')) as { b_info: object };
  return { domain, scheduler, vcpuList, kept: kept.b_info };
}

test('a new domain has more vCPUs than it uses, and may use them later', async () => {
  await using host = await createSimulatedHost();
  const { domain, vcpuList, kept } = await made(host, { vcpus: 1, maxVcpus: 3 });
  expect(vcpuList.map(({ isWanted }) => isWanted)).toEqual([true, false, false]);
  expect(domain.vcpus).toBe(1);
  expect(kept).toMatchObject({ max_vcpus: 3, avail_vcpus: [0] });
  expect(await host.xen.domainGetinfo(domain.domid)).toMatchObject({ maxVcpuId: 2 });
  // Nothing new to the guest: it has taken the others down by itself.
  expect(await setDomain(host, domain, { vcpus: 1 })).toMatchObject({ vcpus: 1 });
  expect(await setDomain(host, domain, { vcpus: 3 })).toMatchObject({ vcpus: 3 });
});

test('a vCPU may run on all processors of its host but some', async () => {
  await using host = await createSimulatedHost();
  const { vcpuList, kept } = await made(host, {
    vcpus: 2,
    cpus: [{ allBut: [1, 9] }, []],
    cpusSoft: [[], { allBut: [0] }],
  });
  expect(vcpuList.map(({ hard, soft }) => [hard, soft])).toEqual([
    [[0, 2, 3], ALL],
    [ALL, [1, 2, 3]],
  ]);
  expect(kept).toMatchObject({
    vcpu_hard_affinity: [[0, 2, 3], ALL],
    vcpu_soft_affinity: [ALL, [1, 2, 3]],
    numa_placement: 'False',
  });
});

test('a vCPU may run on the processors of a node of its host', async () => {
  await using host = await createSimulatedHost({ cpus: 4, nodes: 2 });
  const { domain, vcpuList, kept } = await made(host, {
    vcpus: 4,
    cpus: [{ spec: 'node:1' }, { spec: 'node:0-1,^2' }, { spec: 'all,^node:0,0' }],
    cpusSoft: [{ spec: 'node:1,^3' }],
  });
  expect(vcpuList.map(({ hard, soft }) => [hard, soft])).toEqual([
    [[2, 3], [2]],
    [[0, 1, 3], ALL],
    [[0, 2, 3], ALL],
    [ALL, ALL],
  ]);
  // libxl has no word for a node but the numbers of its processors.
  const named = {
    cpus: [
      [2, 3],
      [0, 1, 3],
      [0, 2, 3],
    ],
    cpusSoft: [[2]],
  };
  expect(kept).toMatchObject({ vcpu_hard_affinity: named.cpus, vcpu_soft_affinity: named.cpusSoft });
  expect(fromLibxlJson(await readUserdata(host, domain))).toMatchObject(named);
});

test('a new domain is pinned as its configuration says', async () => {
  await using host = await createSimulatedHost();
  const { vcpuList, kept } = await made(host, { vcpus: 3, cpus: [[1], [], [2, 3]], cpusSoft: [[3]] });
  expect(vcpuList.map(({ hard, soft }) => [hard, soft])).toEqual([
    [[1], [3]],
    [ALL, ALL],
    [[2, 3], ALL],
  ]);
  // libxl has no word for all but their numbers.
  expect(kept).toMatchObject({
    vcpu_hard_affinity: [[1], ALL, [2, 3]],
    vcpu_soft_affinity: [[3]],
    numa_placement: 'False',
  });
});

test('a new domain has the weight and the cap that its configuration says', async () => {
  await using host = await createSimulatedHost();
  const { scheduler, kept } = await made(host, { cpuWeight: 512, cap: 150 });
  expect(scheduler).toEqual({ name: 'credit2', weight: 512, cap: 150 });
  expect(kept).toMatchObject({ sched_params: { weight: 512, cap: 150 } });
});

test('what is kept is read back the same', async () => {
  await using host = await createSimulatedHost();
  const wanted = { vcpus: 2, maxVcpus: 4, cpus: [[1], [0, 2]], cpusSoft: [[1]], cpuWeight: 256, cap: 0 };
  const { domain } = await made(host, wanted);
  expect(fromLibxlJson(await readUserdata(host, domain))).toMatchObject(wanted);
});

test('a processor that is not there is refused, and nothing is left', async () => {
  await using host = await createSimulatedHost();
  const all: readonly (readonly [DomainConfig['cpus'], string])[] = [
    [[[1], [1, 9]], 'processor 9: there is none'],
    [[[9]], 'processor 9: there is none'],
    [[{ spec: 'node:0-1' }], 'node 1: there is none'],
    [[{ spec: 'node:0,9' }], 'processor 9: there is none'],
    [[{ spec: 'node:0,^0-3' }], 'node:0,^0-3: that leaves none of its processors'],
    [[{ allBut: [0, 1, 2, 3, 9] }], 'all,^0,^1,^2,^3,^9: that leaves none of its processors'],
  ];
  for (const [cpus = [], why] of all) {
    const failure = await createDomain(host, sampleConfig(host, { cpus })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VmToolsError);
    expect(failure).toMatchObject({
      code: 'DOMAIN_SETTING_INVALID',
      message: `web1 cannot be pinned to ${why}`,
      leftovers: [],
    });
    expect(await host.xen.domainGetinfolist()).toHaveLength(1);
  }
});

test('--dry-run tells of it', () => {
  const plan = planCreate(
    sampleConfig(
      { kernel: '/k' },
      { cpus: [[1, 2], { allBut: [5] }, { spec: 'node:0' }], cpusSoft: [[], [3]], cpuWeight: 300 },
    ),
  );
  const steps = plan.describe().filter(({ name }) => /pin|shares/.test(name));
  expect(steps).toEqual([
    { name: 'pin-vcpu-0', about: 'on 1, 2' },
    { name: 'pin-vcpu-1', about: 'on all, ^5, rather on 3' },
    { name: 'pin-vcpu-2', about: 'on node:0' },
    { name: 'shares', about: 'weight 300' },
  ]);
});
