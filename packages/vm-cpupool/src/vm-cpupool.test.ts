import { expect, test } from '@jest/globals';
import {
  failure,
  result,
  testOnHost,
  type TestHost,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';
import { processorsText } from './processors-text.ts';

interface Pools {
  readonly pools: readonly { readonly id: number; readonly name: string; readonly cpus: number[] }[];
  readonly freeCpus: number[];
}

const pools = (host: TestHost): Promise<Pools> => result<Pools>(host, 'vm-cpupool list');

testOnHost('a pool is made of spare processors, has domains, and ends', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  expect(await pools(host)).toEqual({
    pools: [{ id: 0, name: 'Pool-0', scheduler: 'credit2', domains: 2, cpus: [0, 1, 2, 3] }],
    freeCpus: [],
  });
  const before = await host.run('vm-cpupool list');
  await host.run('vm-cpupool remove Pool-0 2-3');
  expect(await host.run('vm-cpupool create fast --cpus 3 --scheduler credit')).toBe(
    'fast: made, with credit and processors 3\n',
  );
  expect(await host.run('vm-cpupool list')).toContain('in no pool: 2');
  expect(await host.run('vm-cpupool list -o name')).toBe('Pool-0\nfast\n');
  expect(await host.run('vm-cpupool list -o wide')).toBe(await host.run('vm-cpupool list'));
  expect(JSON.parse(await host.run('vm-cpupool list -o json'))).toEqual(await pools(host));
  await host.run('vm-cpupool add 1 2');
  expect(await result(host, 'vm-cpupool move fast web1')).toMatchObject({ name: 'web1', cpupool: 'fast' });
  expect(await result(host, 'vm-info web1')).toMatchObject({
    cpupool: 'fast',
    scheduler: { name: 'credit' },
  });
  expect(await host.run('vm-cpupool rename fast quick')).toBe('fast: renamed quick\n');
  expect(await pools(host)).toEqual({
    pools: [
      { id: 0, name: 'Pool-0', scheduler: 'credit2', domains: 1, cpus: [0, 1] },
      { id: 1, name: 'quick', scheduler: 'credit', domains: 1, cpus: [2, 3] },
    ],
    freeCpus: [],
  });
  expect(await failure(host, 'vm-cpupool destroy quick')).toMatchObject({
    status: 2,
    error: { code: 'CPUPOOL_IN_USE', message: '1 domains run in the cpupool quick' },
  });
  await host.run('vm-cpupool move 0 web1');
  await host.run('vm-cpupool destroy quick');
  await host.run('vm-cpupool add Pool-0 2-3');
  expect(await host.run('vm-cpupool list')).toBe(before);
  expect(await host.simulated.store.directory('/local/pool')).toEqual([]);
});

testOnHost('what cannot be done is refused before anything is changed', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await host.run('vm-cpupool create empty');
  const lines: readonly (readonly [string, object])[] = [
    ['vm-cpupool destroy fsat', { code: 'CPUPOOL_UNKNOWN' }],
    ['vm-cpupool destroy empyt', { code: 'CPUPOOL_UNKNOWN', hint: 'did you mean empty?' }],
    ['vm-cpupool destroy Pool-0', { code: 'CPUPOOL_IN_USE' }],
    ['vm-cpupool create empty', { code: 'CPUPOOL_NAME_TAKEN' }],
    ['vm-cpupool create 7', { code: 'CPUPOOL_NAME_INVALID' }],
    ['vm-cpupool rename empty Pool-0', { code: 'CPUPOOL_NAME_TAKEN' }],
    ['vm-cpupool create more --cpus 1', { code: 'CPU_NOT_FREE', hint: 'vm-cpupool remove Pool-0 1' }],
    ['vm-cpupool add empty 0-1', { code: 'CPU_NOT_FREE' }],
    ['vm-cpupool add empty 99', { code: 'CPU_NOT_FREE', details: { cpu: 99 } }],
    ['vm-cpupool add empty 3-1', { code: 'USAGE' }],
    ['vm-cpupool remove empty 1', { code: 'CPU_NOT_IN_CPUPOOL' }],
    ['vm-cpupool remove Pool-0 0-3', { code: 'CPUPOOL_NEEDS_CPU' }],
    ['vm-cpupool move empty web1', { code: 'CPUPOOL_NEEDS_CPU' }],
    ['vm-cpupool move Pool-0 0', { code: 'DOMAIN_IS_DOM0' }],
  ];
  const before = await pools(host);
  for (const [line, error] of lines)
    expect(await unchanged(host, () => failure(host, line))).toMatchObject({ status: 2, error });
  expect(await pools(host)).toEqual(before);
  expect(await failure(host, 'vm-cpupool move Pool-0 absent')).toMatchObject({ status: 3 });
});

testOnHost('the scheduler of a pool is told what to go by', async (host) => {
  await host.run('vm-cpupool create old --scheduler credit');
  await host.run('vm-cpupool create none --scheduler null');
  const usual = {
    id: 1,
    name: 'old',
    scheduler: 'credit',
    timesliceMs: 30,
    ratelimitUs: 1000,
    migrationDelayUs: 0,
  };
  expect(await result(host, 'vm-cpupool scheduler old')).toEqual(usual);
  const set = 'vm-cpupool scheduler old --timeslice 5 --ratelimit 0 --migration-delay 20';
  expect(await host.run(set)).toBe('old: credit, time slice 5 ms, rate limit 0 µs, migration delay 20 µs\n');
  expect(await host.simulated.xen.schedCreditParamsGet(1)).toEqual({
    timesliceMs: 5,
    ratelimitUs: 0,
    migrationDelayUs: 20,
  });
  expect(await host.run('vm-cpupool scheduler 0 --ratelimit 500')).toBe(
    'Pool-0: credit2, rate limit 500 µs\n',
  );
  expect(await host.simulated.xen.schedCredit2ParamsGet(0)).toEqual({ ratelimitUs: 500 });
  expect(await host.run('vm-cpupool scheduler none')).toBe('none: null, which has no parameters\n');
  const lines: readonly (readonly [string, object])[] = [
    [
      'vm-cpupool scheduler 0 --timeslice 5',
      { code: 'CPUPOOL_PARAMETER', message: expect.stringContaining('no time slice') },
    ],
    [
      'vm-cpupool scheduler none --ratelimit 5',
      { code: 'CPUPOOL_PARAMETER', message: expect.stringContaining('null') },
    ],
    [
      'vm-cpupool scheduler 0 --ratelimit 99',
      { code: 'CPUPOOL_PARAMETER', hint: expect.stringContaining('100 µs') },
    ],
    ['vm-cpupool scheduler old --timeslice 0', { code: 'USAGE' }],
    ['vm-cpupool scheduler absent', { code: 'CPUPOOL_UNKNOWN' }],
  ];
  for (const [line, error] of lines)
    expect(await unchanged(host, () => failure(host, line))).toMatchObject({ status: 2, error });
  host.simulated.faults.add({ call: 'schedCredit2ParamsSet', errno: 'EPERM' });
  expect(await failure(host, 'vm-cpupool scheduler 0 --ratelimit 700')).toMatchObject({
    error: { details: { call: 'xc_sched_credit2_params_set', errnoName: 'EPERM' }, hint: expect.any(String) },
  });
});

testOnHost('a host of one node is split into one pool', async (host) => {
  expect(await host.run('vm-cpupool split')).toBe('Pool-node0: processors 0-3\n');
  expect(await failure(host, 'vm-cpupool add Pool-node0 node:1')).toMatchObject({
    status: 2,
    error: { code: 'USAGE', message: 'this host has no node 1' },
  });
  await host.run('vm-cpupool remove Pool-node0 node:0,^0');
  await host.run('vm-cpupool create fast --cpus node:0,^0,^3');
  expect(await host.run('vm-cpupool add fast 3')).toBe('fast: processors 1-3\n');
  expect(await failure(host, 'vm-cpupool split')).toMatchObject({ error: { code: 'CPUPOOL_IN_USE' } });
});

testOnHost('what Xen refuses in between is taken back', async (host) => {
  await host.run('vm-cpupool remove Pool-0 1-3');
  const before = await pools(host);
  for (const call of ['cpupoolAddcpu', 'cpupoolCreate', 'xenstore.write']) {
    host.simulated.faults.add({ call, errno: 'EACCES', nth: call === 'cpupoolAddcpu' ? 2 : 1 });
    const failed = await failure(host, 'vm-cpupool create fast --cpus 2-3');
    expect(failed).toMatchObject({ status: 1, error: { hint: expect.any(String) } });
    expect(failed.error.leftovers ?? []).toEqual([]);
    expect(await pools(host)).toEqual(before);
  }
  for (const name of ['b', 'c', 'd', 'e']) await host.run(`vm-cpupool create ${name}`);
  expect(await failure(host, 'vm-cpupool create f')).toMatchObject({
    status: 5,
    error: { code: 'CPUPOOL_TOO_MANY', hint: expect.stringContaining('vm-cpupool destroy') },
  });
  host.simulated.faults.add({ call: 'cpupoolFreeinfo', errno: 'EPERM' });
  expect(await failure(host, 'vm-cpupool list')).toMatchObject({
    error: { details: { call: 'xc_cpupool_freeinfo', errnoName: 'EPERM' } },
  });
});

test.each([
  [[], '-'],
  [[3], '3'],
  [[0, 1, 2, 5, 7, 8], '0-2,5,7-8'],
])('processors %j are %s', (cpus, text) => {
  expect(processorsText(cpus)).toBe(text);
});
