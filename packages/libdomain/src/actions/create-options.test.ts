import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { HVM_PARAM } from '@vm-tools/xc-native';
import type { DomainConfig } from '../config/schema.ts';
import { restartDomain } from '../policy/restart.ts';
import { domainSource } from '../transfer/source/source.ts';
import { domainTarget } from '../transfer/target/target.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import { readUserdata } from '../userdata.ts';
import { createDomain } from './create-domain.ts';

const signal = new AbortController().signal;
const control = { signal, onProgress: () => undefined };

/** A domain as the simulated Xen has it. */
const machineOf = (host: SimulatedHost, { domid }: { readonly domid: number }) =>
  host.machine.requireDomain(domid, 'xc_domain_getinfo');

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

const LIMITS = {
  maxGrantFrames: 32,
  maxMaptrackFrames: 0,
  maxGrantVersion: 1,
  maxEventChannels: 40,
} as const;
const LIMITED = { grants: { version: 1, maxFrames: 32, maxMaptrackFrames: 0 }, maxEvtchnPort: 40 };

test.each<[string, Partial<DomainConfig>, object]>([
  ['limits', LIMITS, LIMITED],
  ['no limits', {}, { grants: { version: 2, maxFrames: 64, maxMaptrackFrames: 1024 }, maxEvtchnPort: 1023 }],
  [
    'an emulated time stamp counter',
    { tscMode: 'always_emulate' },
    { tscMode: 1, told: { invariantTsc: true } },
  ],
  [
    'the time stamp counter of the processor',
    { tscMode: 'native' },
    { tscMode: 2, told: { invariantTsc: false } },
  ],
  ['no migration', { noMigrate: true }, { tscMode: 0, told: { invariantTsc: true } }],
  ['shadow page tables', { hap: false }, { features: { hap: false }, pagingPoolPages: 512 + 2 * 64 }],
  ['hardware assisted paging', { hap: true }, { features: { hap: true }, pagingPoolPages: 512 + 64 }],
  ['page tables of a size', { shadowMemoryKib: 8192 }, { pagingPoolPages: 2048 }],
  ['no page tables in a pv domain', { type: 'pv', shadowMemoryKib: 8192 }, { pagingPoolPages: 0 }],
  ['a hypervisor', { nestedHvm: true }, { features: { nestedVirt: true }, told: { nestedVirt: true } }],
  [
    'none in a pv domain',
    { type: 'pv', nestedHvm: true, hap: true },
    { features: { nestedVirt: false, hap: false } },
  ],
  ['performance counters', { vpmu: true }, { features: { vpmu: true } }],
  ['strange registers', { msrRelaxed: true }, { features: { msrRelaxed: true } }],
])('a new domain has %s', async (_what, config, expected) => {
  await using host = await createSimulatedHost({ capabilities: { shadow: true }, vpmu: true });
  const domain = await createDomain(host, sampleConfig(host, config));
  expect(machineOf(host, domain)).toMatchObject(expected);
});

test.each([
  [undefined, 1n],
  ['delay_for_missed_ticks', 0n],
  ['one_missed_tick_pending', 3n],
] as const)('the timer of a new domain has the mode %s', async (timerMode, expected) => {
  await using host = await createSimulatedHost();
  const { domid } = await createDomain(
    host,
    sampleConfig(host, timerMode === undefined ? {} : { timerMode }),
  );
  expect(await host.xen.hvmParamGet(domid, HVM_PARAM.TIMER_MODE)).toBe(expected);
});

test.each<[string, Partial<DomainConfig>, string]>([
  ['performance counters', { vpmu: true }, 'EINVAL'],
  ['shadow page tables', { hap: false }, 'EOPNOTSUPP'],
  ['a larger grant table', { maxGrantFrames: 65 }, 'EINVAL'],
])('where Xen has no %s there is no domain', async (_what, config, errnoName) => {
  await using host = await createSimulatedHost();
  expect(await failure(createDomain(host, sampleConfig(host, config)))).toMatchObject({
    code: 'XEN_CALL_FAILED',
    details: { call: 'xc_domain_create', errnoName },
    guest: { state: 'never created' },
  });
  expect(await host.xen.domainGetinfolist()).toHaveLength(1);
});

test('a domain has all of it after a save, and after a restart', async () => {
  await using host = await createSimulatedHost({ vpmu: true });
  const all = {
    ...LIMITS,
    timerMode: 'no_missed_ticks_pending',
    tscMode: 'native',
    nestedHvm: true,
    vpmu: true,
    msrRelaxed: true,
    shadowMemoryKib: 8192,
    driverDomain: true,
  } as const;
  const created = await sampleDomain(host, all);
  const expected = {
    ...LIMITED,
    tscMode: 2,
    features: { hap: true, nestedVirt: true, vpmu: true, msrRelaxed: true },
    pagingPoolPages: 2048,
  };
  const servesDevices = async ({ domid }: { readonly domid: number }): Promise<void> => {
    for (const node of ['libxl', 'device-model'])
      expect(await host.store.getPermissions(`/local/domain/${domid}/${node}`)).toEqual([
        { domid, access: 'none' },
      ]);
  };
  await servesDevices(created);
  expect(machineOf(host, created)).toMatchObject(expected);
  const timerOf = ({ domid }: { readonly domid: number }): Promise<bigint> =>
    host.xen.hvmParamGet(domid, HVM_PARAM.TIMER_MODE);
  expect(await timerOf(created)).toBe(2n);
  const sink = new PassThrough();
  const image = buffer(sink);
  const source = domainSource(host, created);
  await source.save(sink, control);
  await source.destroy();
  const target = domainTarget(host);
  await target.restore(Readable.from([await image]), control);
  const restored = { ...created, domid: (await target.start()).domid };
  expect(machineOf(host, restored)).toMatchObject(expected);
  expect(await timerOf(restored)).toBe(2n);
  await servesDevices(restored);
  const { domid, uuid, name } = restored;
  const configJson = await readUserdata(host, restored);
  const again = await restartDomain(host, { domid, uuid, name, configJson });
  expect(machineOf(host, again!)).toMatchObject({ ...expected, told: { nestedVirt: true } });
  await servesDevices(again!);
});

test('one that serves no devices of others has no nodes for that', async () => {
  await using host = await createSimulatedHost();
  const { domid } = await sampleDomain(host, { driverDomain: false });
  const nodes = await host.store.directory(`/local/domain/${domid}`);
  expect(nodes).toContain('data');
  for (const node of ['libxl', 'device-model']) expect(nodes).not.toContain(node);
});

test('what is not to be moved is neither saved nor moved', async () => {
  await using host = await createSimulatedHost();
  const domain = await sampleDomain(host, { noMigrate: true });
  const refusal = {
    code: 'DOMAIN_NOT_SAVABLE',
    message: 'web1 cannot be saved: its configuration says that it stays (nomigrate)',
    hint: 'shut it down, and create it anew without nomigrate',
  };
  expect(await failure(domainSource(host, domain).save(new PassThrough(), control))).toMatchObject(refusal);
  expect(await failure(domainSource(host, domain).describe())).toMatchObject(refusal);
  expect(await domainSource(host, domain).check()).toContainEqual(
    expect.objectContaining({ name: 'savable', error: expect.objectContaining(refusal) }),
  );
  expect(await host.xen.domainGetinfo(domain.domid)).toMatchObject({ shutdownReason: undefined });
});
