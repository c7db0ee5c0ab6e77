import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { addCpus } from './pool-cpus.ts';
import { createPool } from './create-pool.ts';
import { namedCpus } from './named-cpus.ts';
import { listPools } from './named-pool.ts';
import { splitByNode } from './split-by-node.ts';

test('each node has a pool then, and the domains stay in the first one', async () => {
  await using host = await createSimulatedHost({ cpus: 6, nodes: 3 });
  const pools = [
    { id: 0, name: 'Pool-node0', scheduler: 'credit2', domains: 1, cpus: [0, 1] },
    { id: 1, name: 'Pool-node1', scheduler: 'credit2', domains: 0, cpus: [2, 3] },
    { id: 2, name: 'Pool-node2', scheduler: 'credit2', domains: 0, cpus: [4, 5] },
  ];
  expect(await splitByNode(host)).toEqual(pools);
  expect(await listPools(host)).toEqual({ pools, freeCpus: [] });
  await expect(splitByNode(host)).rejects.toMatchObject({ code: 'CPUPOOL_IN_USE', kind: 'usage' });
});

test('what fails in between is taken back', async () => {
  for (const [call, nth] of [
    ['cputopoinfo', 1],
    ['cpupoolRemovecpu', 2],
    ['cpupoolRemovecpu', 4],
    ['cpupoolCreate', 1],
    ['cpupoolCreate', 2],
    ['cpupoolAddcpu', 3],
    ['xenstore.write', 5],
  ] as const) {
    await using host = await createSimulatedHost({ cpus: 6, nodes: 3 });
    const before = await listPools(host);
    host.faults.add({ call, errno: 'EACCES', nth });
    const failed: unknown = await splitByNode(host).catch((error: unknown) => error);
    expect(failed).toMatchObject({ hint: expect.any(String) });
    expect((failed as { readonly leftovers: readonly string[] }).leftovers).toEqual([]);
    expect({ call, nth, pools: await listPools(host) }).toEqual({ call, nth, pools: before });
  }
});

test('processors are named by their numbers, and by their nodes', async () => {
  await using host = await createSimulatedHost({ cpus: 4, nodes: 2 });
  expect(await namedCpus(host, '3,1-2')).toEqual([1, 2, 3]);
  expect(await namedCpus(host, 'all')).toEqual([0, 1, 2, 3]);
  expect(await namedCpus(host, 'node:1,0')).toEqual([0, 2, 3]);
  for (const text of ['', 'x', '3-1', 'node:2', 'node:0,^0-1', 'all,^0-3'])
    await expect(namedCpus(host, text)).rejects.toMatchObject({ code: 'USAGE', kind: 'usage' });
  await host.xen.cpupoolRemovecpu(0, 2);
  const made = await createPool(host, 'of-node-1');
  expect(await addCpus(host, made, await namedCpus(host, 'node:1,^3'))).toMatchObject({ cpus: [2] });
});
