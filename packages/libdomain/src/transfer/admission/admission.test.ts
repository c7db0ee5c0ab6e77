import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { createSimulatedHost, type SimulatedHost, type SimulatedHostOptions } from '@vm-tools/xen-sim';
import { pauseDomain } from '../../actions/pause-domain.ts';
import type { Domain } from '../../domain.ts';
import { featurePath } from '../../paths.ts';
import { reservationsOf } from '../../reservations.ts';
import { failure } from '../../testing/failure.ts';
import { sampleDomain } from '../../testing/sample-config.ts';
import type { Check, Offer } from '@vm-tools/ports';
import { domainSource } from '../source/source.ts';
import { domainTarget } from '../target/target.ts';
import { refusalOf } from './run-checks.ts';

const NAMES = [
  'host-open',
  'xen-version',
  'type',
  'config',
  'kernel',
  'disks',
  'networks',
  'folders',
  'channels',
  'device-model',
  'vcpus',
  'cpu-policy',
  'memory',
  'name',
  'uuid',
];

/** An offer of another host, of a domain that is still there. */
async function offered(options: SimulatedHostOptions = {}, change: Partial<Offer> = {}): Promise<Offer> {
  await using host = await createSimulatedHost(options);
  return { ...(await domainSource(host, await sampleDomain(host)).describe()), ...change };
}

const failed = (checks: readonly Check[]): [string, string][] =>
  checks.flatMap(({ name, error }): [string, string][] => (error === undefined ? [] : [[name, error.code]]));

const edited = (offer: Offer, edit: (text: string) => string): Offer => ({
  ...offer,
  configJson: edit(offer.configJson),
});

describe('an offer', () => {
  it('is looked at without anything being taken, and nothing is found', async () => {
    await using host = await createSimulatedHost();
    const offer = await offered();
    const before = await host.snapshot();
    const target = domainTarget(host);
    for (let times = 0; times < 2; times++) {
      expect(await target.check(offer)).toEqual(NAMES.map((name) => ({ name })));
    }
    expect(await host.snapshot()).toEqual(before);
    expect(reservationsOf(host).promisedKib('')).toBe(0);
  });

  it.each<[name: string, code: string, kind: string, SimulatedHostOptions, (offer: Offer) => Partial<Offer>]>(
    [
      ['xen-version', 'DOMAIN_XEN_OLDER', 'peer', {}, () => ({ xen: '4.18.0' })],
      [
        'xen-version',
        'DOMAIN_XEN_OLDER',
        'peer',
        { xenVersion: { major: 4, minor: 16, extra: '.6' } },
        () => ({}),
      ],
      ['xen-version', 'DOMAIN_XEN_UNKNOWN', 'peer', {}, () => ({ xen: 'newest' })],
      ['type', 'DOMAIN_TYPE_IMPOSSIBLE', 'peer', { capabilities: { hvm: false, hap: false } }, () => ({})],
      [
        'type',
        'DOMAIN_TYPE_IMPOSSIBLE',
        'peer',
        { capabilities: { hvm: true, hap: false, shadow: false } },
        () => ({}),
      ],
      [
        'type',
        'DOMAIN_TYPE_IMPOSSIBLE',
        'peer',
        { capabilities: { pv: false } },
        (offer) => edited({ ...offer, type: 'pv' }, (text) => text.replaceAll('"pvh"', '"pv"')),
      ],
      ['config', 'IMAGE_CONFIG_CORRUPT', 'corrupt', {}, () => ({ configJson: '{"c_info":1}' })],
      [
        'config',
        'DOMAIN_NOT_AS_OFFERED',
        'corrupt',
        {},
        ({ maxMemoryBytes }) => ({ maxMemoryBytes: maxMemoryBytes - 1 }),
      ],
      ['vcpus', 'DOMAIN_TOO_MANY_VCPUS', 'peer', {}, () => ({ vcpus: 129 })],
      ['cpu-policy', 'DOMAIN_CPU_INCOMPATIBLE', 'peer', { withoutCpuFeatures: ['aesni', 'avx'] }, () => ({})],
      [
        'cpu-policy',
        'DOMAIN_CPU_POLICY_CORRUPT',
        'corrupt',
        {},
        () => ({ cpuPolicy: { cpuid: 'AAAA', msrs: '' } }),
      ],
      ['memory', 'DOMAIN_NO_MEMORY', 'resource', { memory: '4M' }, () => ({})],
    ],
  )('fails by "%s" alone: %s', async (name, code, kind, options, change) => {
    await using host = await createSimulatedHost(options);
    const offer = await offered();
    const wrong = { ...offer, ...change(offer) };
    const checks = await domainTarget(host).check(wrong);
    expect(checks.map((check) => check.name)).toEqual(NAMES);
    expect(failed(checks)).toEqual([[name, code]]);
    const before = await host.snapshot();
    expect(await failure(domainTarget(host).reserve(wrong))).toMatchObject({
      code,
      kind,
      hint: expect.stringMatching(/\w/),
      details: { checks: [{ name, code }] },
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it('may have as many vCPUs as a domain can have', async () => {
    await using host = await createSimulatedHost();
    expect(failed(await domainTarget(host).check(await offered({}, { vcpus: 128 })))).toEqual([]);
  });

  it('says which features are missing, and whose processor it is', async () => {
    await using host = await createSimulatedHost({ withoutCpuFeatures: ['aesni', 'sse4_2'] });
    const offer = await offered();
    const error = await failure(domainTarget(host).reserve(offer));
    expect(error.message).toContain('lack sse4_2, aesni, which web1');
    expect(error.details).toMatchObject({ missing: ['sse4_2', 'aesni'] });

    const cpuid = Buffer.from(offer.cpuPolicy?.cpuid ?? '', 'base64');
    for (const [at, part] of [
      [12, 'Auth'],
      [20, 'enti'],
      [16, 'cAMD'],
    ] as const)
      cpuid.write(part, at, 'latin1');
    const amd = { ...offer, cpuPolicy: { cpuid: cpuid.toString('base64'), msrs: '' } };
    await using same = await createSimulatedHost();
    expect(await failure(domainTarget(same).reserve(amd))).toMatchObject({
      code: 'DOMAIN_CPU_INCOMPATIBLE',
      message: 'web1 runs on a processor of AuthenticAMD, and this host has one of GenuineIntel',
    });

    const more = Buffer.from(offer.cpuPolicy?.cpuid ?? '', 'base64');
    more.writeUInt32LE(0x20, 8);
    const newer = { ...offer, cpuPolicy: { cpuid: more.toString('base64'), msrs: '' } };
    expect(await failure(domainTarget(same).reserve(newer))).toMatchObject({
      code: 'DOMAIN_CPU_INCOMPATIBLE',
      message: expect.stringContaining('does not give web1 the CPU policy'),
    });
  });

  it('of a host with fewer features goes to one that has more, and takes its own along', async () => {
    await using more = await createSimulatedHost();
    await using less = await createSimulatedHost({ withoutCpuFeatures: ['aesni'] });
    const offer = await domainSource(less, await sampleDomain(less)).describe();
    expect(failed(await domainTarget(more).check(offer))).toEqual([]);
  });

  it('of an older release, which says nothing of the processor, is not refused for that', async () => {
    await using host = await createSimulatedHost({ withoutCpuFeatures: ['aesni'] });
    const { cpuPolicy: _, ...offer } = await offered();
    expect(failed(await domainTarget(host).check(offer))).toEqual([]);
  });

  it('that fails in several ways is refused with all of them', async () => {
    await using host = await createSimulatedHost({ withoutCpuFeatures: ['avx'], memory: '8M' });
    await sampleDomain(host);
    const error = await failure(domainTarget(host).reserve(await offered({}, { xen: '5.0' })));
    expect(error).toMatchObject({ code: 'DOMAIN_XEN_OLDER', kind: 'peer' });
    const codes = ['DOMAIN_XEN_OLDER', 'DOMAIN_CPU_INCOMPATIBLE', 'DOMAIN_NO_MEMORY', 'DOMAIN_NAME_TAKEN'];
    expect(error.details['checks']).toMatchObject(codes.map((code) => ({ code })));
    expect(error.message).toMatch(/Xen 4\.17\.7.*; .*lack avx.*; .*needs.*; .*called web1/);
  });

  it('finds a name or a UUID that is taken', async () => {
    await using host = await createSimulatedHost();
    const offer = await domainSource(host, await sampleDomain(host)).describe();
    expect(failed(await domainTarget(host).check(offer))).toEqual([
      ['name', 'DOMAIN_NAME_TAKEN'],
      ['uuid', 'DOMAIN_UUID_TAKEN'],
    ]);
    expect(failed(await domainTarget(host, { name: 'web2' }).check(offer))).toEqual([
      ['uuid', 'DOMAIN_UUID_TAKEN'],
    ]);
  });

  it('tells that it could not be looked at', async () => {
    await using host = await createSimulatedHost();
    const offer = await offered();
    host.faults.add({ call: 'cpuPolicyGetSystem', errno: 'EPERM' });
    const checks = await domainTarget(host).check(offer);
    expect(failed(checks)).toEqual([['cpu-policy', 'XEN_CALL_FAILED']]);
  });
});

describe('two offers at the same time', () => {
  const both = async (host: SimulatedHost, offers: readonly Offer[]) => {
    const targets = offers.map(() => domainTarget(host));
    const outcomes = await Promise.allSettled(targets.map((target, index) => target.reserve(offers[index]!)));
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as VmToolsError).code] : [],
    );
    // Files are looked at meanwhile: either may be the faster one.
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    return { targets, refused, winner: targets[winner], loser: offers[1 - winner] };
  };
  /** Room for one of 2 MiB and what it costs besides, and not for two. */
  const ROOM = { memory: '12M' };

  it('do not get the same memory; the other one does when the first has gone', async () => {
    await using host = await createSimulatedHost(ROOM);
    const first = await offered();
    await using other = await createSimulatedHost();
    const second = await domainSource(other, await sampleDomain(other, { name: 'web2' })).describe();
    expect(failed(await domainTarget(host).check(first))).toEqual([]);
    expect(failed(await domainTarget(host).check(second))).toEqual([]);

    const { winner, loser, refused } = await both(host, [first, second]);
    expect(refused).toEqual(['DOMAIN_NO_MEMORY']);
    const error = await failure(domainTarget(host).reserve(loser!));
    expect(error.message).toContain('promised to others');
    await winner?.abandon();
    await winner?.abandon();
    await domainTarget(host).reserve(loser!);
  });

  it('do not get the same name or UUID', async () => {
    await using host = await createSimulatedHost();
    const offer = await offered();
    expect((await both(host, [offer, offer])).refused).toHaveLength(1);
    const twin = edited({ ...offer, name: 'web2' }, (text) => text.replaceAll('web1', 'web2'));
    expect(failed(await domainTarget(host).check(twin))).toEqual([['uuid', 'DOMAIN_UUID_TAKEN']]);
    const uuid = '11111111-2222-4333-8444-555555555555';
    const namesake = edited({ ...offer, uuid }, (text) => text.replaceAll(offer.uuid, uuid));
    expect(failed(await domainTarget(host).check(namesake))).toEqual([['name', 'DOMAIN_NAME_TAKEN']]);
  });

  it('are counted against Xen once the first has its claim, in every look', async () => {
    await using host = await createSimulatedHost(ROOM);
    await using other = await createSimulatedHost();
    const { offer, image } = await saved(other);
    const second = await domainSource(other, await sampleDomain(other, { name: 'web2' })).describe();
    const target = domainTarget(host);
    await target.reserve(offer);
    const stop = new AbortController();
    host.faults.add({ call: 'domainRestore', hang: true });
    const over = new AbortController();
    const restoring = target
      .restore(Readable.from([image]), { signal: stop.signal })
      .catch((thrown: unknown) => thrown)
      .finally(() => over.abort());
    while (!host.faults.calls.has('domainRestore') && !over.signal.aborted) await new Promise(setImmediate);
    expect(over.signal.aborted).toBe(false);
    expect(reservationsOf(host).promisedKib('')).toBe(0);
    expect((await host.xen.physinfo()).outstandingPages).toBe(512);
    expect(failed(await domainTarget(host).check(second))).toEqual([['memory', 'DOMAIN_NO_MEMORY']]);
    stop.abort();
    host.faults.clear();
    await restoring;
    expect(failed(await domainTarget(host).check(second))).toEqual([]);
  });
});

describe('a domain that is to leave', () => {
  const looked = async (
    options: SimulatedHostOptions,
    change: (host: SimulatedHost, domain: Domain) => unknown,
    source: Parameters<typeof domainSource>[2] = {},
    config: Parameters<typeof sampleDomain>[1] = {},
  ): Promise<readonly Check[]> => {
    await using host = await createSimulatedHost(options);
    const domain = await sampleDomain(host, config);
    await announced(host, domain, config.cmdline === undefined);
    await change(host, domain);
    const before = await host.snapshot();
    const checks = await domainSource(host, domain, source).check();
    expect(await host.snapshot()).toEqual(before);
    return checks;
  };

  it('is looked at without anything being changed', async () => {
    expect(await looked({}, () => undefined)).toEqual([
      { name: 'savable' },
      { name: 'live' },
      { name: 'suspend' },
    ]);
  });

  it('cannot be saved while it is paused', async () => {
    expect(failed(await looked({}, pauseDomain))).toEqual([['savable', 'DOMAIN_PAUSED']]);
  });

  it('cannot be moved live if it is a PV domain', async () => {
    const pv = { type: 'pv' } as const;
    expect(failed(await looked({}, () => undefined, { live: 'require' }, pv))).toEqual([
      ['live', 'DOMAIN_NOT_LIVE'],
    ]);
    expect(failed(await looked({}, () => undefined, { live: 'auto' }, pv))).toEqual([]);
  });

  it('has not said that it can suspend', async () => {
    const rude = { cmdline: 'sim.suspend=rude' };
    expect(failed(await looked({}, () => undefined, {}, rude))).toEqual([
      ['suspend', 'DOMAIN_SUSPEND_UNKNOWN'],
    ]);
  });
});

it('nothing is refused when nothing has failed', () => {
  expect(refusalOf([{ name: 'one' }, { name: 'two' }])).toBeUndefined();
});

/** Waits until its kernel has told what it can, if it is one that does. */
async function announced({ store }: SimulatedHost, { domid }: Domain, isPolite: boolean): Promise<void> {
  for (let turns = 0; isPolite && turns < 1000; turns++) {
    if ((await store.read(featurePath(domid, 'suspend'))) === '1') return;
  }
}

/** The sample domain, offered and saved. */
async function saved(host: SimulatedHost): Promise<{ offer: Offer; image: Buffer }> {
  const source = domainSource(host, await sampleDomain(host));
  const offer = await source.describe();
  const sink = new PassThrough();
  const image = buffer(sink);
  await source.save(sink, { signal: new AbortController().signal, onProgress: () => undefined });
  await source.destroy();
  return { offer, image: await image };
}
