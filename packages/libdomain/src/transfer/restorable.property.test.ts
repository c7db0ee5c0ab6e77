import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, jest, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import fc from 'fast-check';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { resolveDomain } from '../actions/look/resolve-domain.ts';
import { nameFault } from '../config/keys/name-fault.ts';
import type { Domain } from '../domain.ts';
import { domainPath } from '../paths.ts';
import { failure } from '../testing/failure.ts';
import { sampleDomain } from '../testing/sample-config.ts';
import { readUserdata, writeUserdata } from '../userdata.ts';
import { domainSource } from './source/source.ts';
import { domainTarget } from './target/target.ts';

jest.setTimeout(patient(120_000));

type Section = Record<string, unknown>;
type Config = Section & { c_info: Section; b_info: Section };

const signal = new AbortController().signal;
const control = { signal, onProgress: () => undefined };
const CORPUS = join(import.meta.dirname, '../../corpus/xl');

/** The output of `xl create -n` for real configurations, of the kinds of domain that there are here. */
const seeds = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.xl.json'))
  .map((name) => JSON.parse(readFileSync(join(CORPUS, name), 'utf8')) as Config)
  .filter(({ c_info: { type }, disks, nics, vfbs, dtdevs }) => {
    return type !== 'hvm' && [disks, nics, vfbs, dtdevs].every((devices) => devices === undefined);
  });

const actions = fc.constantFrom(
  ...[
    'destroy',
    'restart',
    'restart_rename',
    'preserve',
    'coredump_destroy',
    'coredump_restart',
    'soft_reset',
  ],
  undefined,
);
const names = fc.constantFrom(
  ...['web', '42', 'a/b', ' a', 'a\tb', 'ünï', '-x', 'x'.repeat(300), '', undefined],
  '1aebc0f8-cdbc-4a11-8b92-02a0f33b0682',
);
const paths = fc.oneof(
  fc.constantFrom('helloworld', '/var/run/xen/bootloader.3.d/boot_kernel.x8', '/k'.repeat(3000), undefined),
  fc.string({ maxLength: 5000 }),
);
/** More likely as the seed has it than not: what is refused for one reason says nothing of the others. */
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | 'as it is'> =>
  fc.oneof({ weight: 20, arbitrary: fc.constant('as it is' as const) }, { weight: 1, arbitrary: value });

/** A configuration of the kind that xl writes, or another toolstack over libxl. */
const configs: fc.Arbitrary<Config> = fc
  .record({
    seed: fc.constantFrom(...seeds),
    c_info: fc.record({ name: names, origin: rarely(fc.jsonValue()) }),
    b_info: fc.record({
      kernel: rarely(paths),
      ramdisk: rarely(paths),
      cmdline: rarely(fc.string({ maxLength: 5000 })),
      bootloader: rarely(fc.constantFrom('pygrub', '/usr/lib/xen/bin/pygrub')),
      bootloader_args: rarely(fc.array(fc.string())),
      target_memkb: rarely(fc.integer({ min: -1, max: 2 ** 36 })),
      max_memkb: rarely(fc.integer({ min: -1, max: 2 ** 36 })),
      max_vcpus: rarely(fc.integer({ min: -1, max: 200 })),
      avail_vcpus: rarely(fc.array(fc.nat(3))),
      sched_params: rarely(fc.dictionary(fc.string(), fc.nat())),
      vnuma_nodes: rarely(fc.array(fc.constant({}))),
      another: rarely(fc.jsonValue()),
    }),
    top: fc.record({
      on_poweroff: actions,
      on_reboot: actions,
      on_crash: fc.oneof({ weight: 9, arbitrary: actions }, { weight: 1, arbitrary: fc.string() }),
      disks: rarely(fc.array(fc.constant({ vdev: 'xvda' }))),
      pcidevs: rarely(fc.array(fc.constant({ dev: 1 }))),
      origin: rarely(fc.jsonValue()),
    }),
  })
  .map(({ seed, c_info, b_info, top }) => ({
    ...changed(seed, top),
    c_info: changed(seed.c_info, c_info),
    b_info: changed(seed.b_info, b_info),
  }));

function changed(section: Section, changes: Section): Section {
  const given = Object.entries(changes).filter(([, value]) => value !== 'as it is');
  return JSON.parse(JSON.stringify({ ...section, ...Object.fromEntries(given) })) as Section;
}

/** A guest of this host that another toolstack might have made: its configuration is not ours. */
async function guestWith(host: SimulatedHost, config: Config): Promise<Domain> {
  const { c_info, b_info } = config;
  const { domid } = await sampleDomain(host, {
    type: c_info['type'] as 'pv' | 'pvh',
    vcpus: Array.isArray(b_info['avail_vcpus']) ? Math.max(1, b_info['avail_vcpus'].length) : 1,
    cmdline: 'sim.suspend=polite',
  });
  await host.store.write(`${domainPath(domid)}/name`, (c_info['name'] as string | undefined) ?? '');
  const domain = await resolveDomain(host, domid);
  await writeUserdata(host, domain, JSON.stringify(config));
  return domain;
}

async function image(host: SimulatedHost, domain: Domain): Promise<Buffer> {
  const sink = new PassThrough();
  const [bytes] = await Promise.all([buffer(sink), domainSource(host, domain).save(sink, control)]);
  return bytes;
}

async function comesBack(host: SimulatedHost, saved: Buffer, name: string): Promise<Domain> {
  const other = name === '' || nameFault(name) === undefined ? {} : { name: 'another' };
  const target = domainTarget(host, other);
  await target.restore(Readable.from([saved]), { signal });
  const { domid } = await target.start();
  return resolveDomain(host, domid);
}

/** A configuration without the fields that follow the domain, and the disks that it does not have: libxl leaves them in. */
function lasting(json: string): Section {
  const { c_info, b_info, ...rest } = JSON.parse(json) as Config;
  const top = rest['disks'] === undefined ? rest : { ...rest, disks: [] };
  const facts = {
    ...{ name: undefined, uuid: undefined, target_memkb: undefined, max_memkb: undefined },
    avail_vcpus: undefined,
  };
  return changed(top, { c_info: { ...c_info, ...facts }, b_info: { ...b_info, ...facts } });
}

test('any domain that can be saved comes back, and its configuration with it; another is not touched', async () => {
  await using host = await createSimulatedHost({ capabilities: { shadow: true } });
  const outcomes = { restored: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(configs, async (config) => {
      const domain = await guestWith(host, config);
      const before = await host.snapshot();
      const offer = await domainSource(host, domain)
        .describe()
        .catch((thrown: unknown) => thrown);
      if (offer instanceof VmToolsError) {
        outcomes.refused += 1;
        const { code, hint } = offer;
        expect({ code, hint }).toEqual({
          code: expect.stringMatching(/^DOMAIN_(NOT_SAVABLE|NO_CONFIG)$/),
          hint: expect.any(String),
        });
        expect(await failure(domainSource(host, domain).save(new PassThrough(), control))).toMatchObject({
          code,
        });
        expect(await host.snapshot()).toEqual(before);
        await destroyDomain(host, domain);
        return;
      }
      outcomes.restored += 1;
      const kept = await readUserdata(host, domain);
      const first = await image(host, domain);
      await destroyDomain(host, domain);
      const again = await comesBack(host, first, domain.name);
      const { uuid, type, vcpus, maxMemoryKib } = domain;
      expect(again).toMatchObject({ uuid, type, vcpus, maxMemoryKib });
      expect(lasting(await readUserdata(host, again))).toEqual(lasting(kept));
      // And so on for ever.
      const second = await image(host, again);
      await destroyDomain(host, again);
      await destroyDomain(host, await comesBack(host, second, again.name));
    }),
    { numRuns: 40 },
  );
  expect(outcomes.restored).toBeGreaterThan(0);
  expect(outcomes.refused).toBeGreaterThan(0);
});
