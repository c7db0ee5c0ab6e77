import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { domainInfo } from '../actions/look/domain-info.ts';
import { setDomain } from '../actions/set-domain.ts';
import type { Domain } from '../domain.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import { domainSource } from '../transfer/source/source.ts';
import { domainTarget } from '../transfer/target/target.ts';
import { createPool, moveToPool, removeCpus, resolvePool } from './index.ts';

const control = { signal: new AbortController().signal, onProgress: () => undefined };

async function hostWithPools(...names: readonly string[]): Promise<SimulatedHost> {
  const host = await createSimulatedHost();
  const cpus = names.map((_, index) => 3 - index);
  await removeCpus(host, await resolvePool(host, '0'), cpus);
  for (const [index, name] of names.entries())
    await createPool(host, name, { cpus: [cpus[index] ?? 0], scheduler: index === 0 ? 'credit' : 'null' });
  return host;
}

const poolOf = async (host: SimulatedHost, domain: Domain): Promise<string | undefined> =>
  (await domainInfo(host, domain)).cpupool;

/** Saves it, takes it away, and brings it back elsewhere. */
async function moved(
  from: SimulatedHost,
  domain: Domain,
  to: SimulatedHost,
): Promise<{
  readonly domain: Domain;
  readonly warnings: readonly string[] | undefined;
  readonly pool: string | undefined;
}> {
  const sink = new PassThrough();
  const image = buffer(sink);
  const source = domainSource(from, domain);
  const { configJson } = await source.describe();
  await source.save(sink, control);
  await source.destroy();
  const target = domainTarget(to);
  await target.restore(Readable.from([await image]), control);
  const { warnings } = target;
  const { domid } = await target.start();
  return { domain: { ...domain, domid }, warnings, pool: fromLibxlJson(configJson).pool };
}

test('a domain runs in the pool that its configuration names, and where it was moved since', async () => {
  await using host = await hostWithPools('fast', 'quiet');
  const domain = await sampleDomain(host, { pool: 'fast', cpuWeight: 400 });
  expect(await domainInfo(host, domain)).toMatchObject({
    cpupool: 'fast',
    scheduler: { name: 'credit', weight: 400 },
  });
  const again = await moved(host, domain, host);
  expect(again).toMatchObject({ warnings: [], pool: 'fast' });
  expect(await poolOf(host, again.domain)).toBe('fast');
  await moveToPool(host, again.domain, await resolvePool(host, 'quiet'));
  // A scheduler without weights and caps keeps no domain from being saved.
  const quiet = await moved(host, again.domain, host);
  expect(quiet.pool).toBe('quiet');
  expect(await domainInfo(host, quiet.domain)).toMatchObject({
    cpupool: 'quiet',
    scheduler: { name: 'null' },
  });
  await moveToPool(host, quiet.domain, await resolvePool(host, 'Pool-0'));
  expect((await moved(host, quiet.domain, host)).pool).toBe('Pool-0');
});

test('on a host without that pool it runs in that of dom0, with a warning', async () => {
  await using host = await hostWithPools('fast');
  await using other = await createSimulatedHost();
  const { domain, warnings } = await moved(host, await sampleDomain(host, { pool: 'fast' }), other);
  expect(warnings).toEqual([expect.stringContaining('was in the cpupool fast')]);
  expect(await poolOf(other, domain)).toBe('Pool-0');
});

test.each([
  ['fsat', { code: 'CPUPOOL_UNKNOWN', hint: 'did you mean fast?' }],
  ['empty', { code: 'CPUPOOL_NEEDS_CPU' }],
])('in a pool %s no domain is made', async (pool, error) => {
  await using host = await hostWithPools('fast');
  await createPool(host, 'empty');
  const before = await host.snapshot();
  await expect(createDomain(host, sampleConfig(host, { pool }))).rejects.toMatchObject(error);
  expect(await host.snapshot()).toEqual(before);
});

test('a domain without a pool is written down without one', async () => {
  await using host = await createSimulatedHost();
  const domain = await sampleDomain(host, {});
  await setDomain(host, domain, { weight: 300 });
  expect((await domainSource(host, domain).describe()).configJson).not.toContain('pool_name');
});
