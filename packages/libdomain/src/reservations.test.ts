import { expect, test } from '@jest/globals';
import type { HostInfo, Xen } from '@vm-tools/xc-native';
import { memoryNeed } from './memory.ts';
import { failure } from './testing/failure.ts';
import { Reservations, reservationsOf, type Arriving } from './reservations.ts';

const web = (name: string): Arriving => ({
  name,
  uuid: `uuid of ${name}`,
  type: 'pvh',
  memoryKib: 2048,
  maxMemoryKib: 2048,
  maxVcpus: 1,
});

/** Xen's answer with so much memory free, KiB. */
const infoWith = (freeKib: number): HostInfo => ({
  totalPages: 2 ** 20,
  freePages: freeKib / 4 + 512,
  scrubPages: 0,
  outstandingPages: 512,
  onlineCpus: 2,
  cpuKhz: 2_000_000,
  capabilities: { hvm: true, pv: true, hap: true, shadow: true, gnttabV1: true, gnttabV2: true },
});

const xenOf = (physinfo: () => HostInfo): Xen =>
  ({ physinfo: async () => physinfo() }) as Partial<Xen> as Xen;

test('is what is promised to others, until it has ended', async () => {
  const info = infoWith(2 ** 20);
  const xen = xenOf(() => info);
  const held = new Reservations();
  const { needKib } = memoryNeed(web('web1'), info);
  await held.hold(xen, web('web1'));
  await held.hold(xen, web('web2'));
  expect(held.promisedKib('')).toBe(2 * needKib);
  expect(held.promisedKib('uuid of web1')).toBe(needKib);
  held.end('uuid of web1');
  held.end('uuid of web1');
  expect(held.promisedKib('')).toBe(needKib);
});

test('has all the room that is left and not a KiB more, and says what it is', async () => {
  const { needKib } = memoryNeed(web('web1'), infoWith(0));
  const xen = xenOf(() => infoWith(needKib));
  const held = new Reservations();
  await held.requireRoom(xen, web('web1'));
  await held.hold(xen, web('web1'));
  await expect(held.requireRoom(xen, web('web2'))).rejects.toMatchObject({
    code: 'DOMAIN_NO_MEMORY',
    kind: 'resource',
    message: expect.stringMatching(
      /^web2 needs \d+ MiB \(2 MiB and \d+ MiB of overhead\) and this host has 0 MiB free, beside \d+ MiB promised to others$/,
    ),
    details: { needKib, freeKib: 0, promisedKib: needKib },
  });
});

test('says nothing of promises where there are none', async () => {
  const info = infoWith(1024);
  const error = await failure(
    new Reservations().requireRoom(
      xenOf(() => info),
      web('web1'),
    ),
  );
  expect(error.message).toMatch(/this host has 1 MiB free$/);
});

test('a name and a UUID are promised once, and said by whichever it is', async () => {
  const info = infoWith(2 ** 20);
  const held = new Reservations();
  await held.hold(
    xenOf(() => info),
    web('web1'),
  );
  const other = { ...web('web2'), uuid: 'uuid of web1' };
  for (const [domain, what, code, words] of [
    [{ ...web('web1'), uuid: 'another' }, 'name', 'DOMAIN_NAME_TAKEN', 'a domain called web1 is on its way'],
    [other, 'uuid', 'DOMAIN_UUID_TAKEN', 'a domain with UUID uuid of web1 is on its way'],
  ] as const) {
    const error = await failure(
      held.hold(
        xenOf(() => info),
        domain,
      ),
    );
    expect(error).toMatchObject({ code, kind: 'usage', message: expect.stringContaining(words) });
    expect(error.details).toEqual({ [what]: domain[what] });
    expect(() => held.requireUnknown(domain, what)).toThrow(expect.objectContaining({ code }));
    held.requireUnknown(domain, what === 'name' ? 'uuid' : 'name');
  }
});

test('what Xen has said is asked again when a promise has ended meanwhile: it may have become a claim', async () => {
  const before = infoWith(2 ** 20);
  const claimed = infoWith(0);
  const held = new Reservations();
  await held.hold(
    xenOf(() => before),
    web('web1'),
  );
  let calls = 0;
  const xen = xenOf(() => {
    calls += 1;
    if (calls > 1) return claimed;
    held.end('uuid of web1');
    return before;
  });
  await expect(held.requireRoom(xen, web('web2'))).rejects.toMatchObject({ code: 'DOMAIN_NO_MEMORY' });
  expect(calls).toBe(2);
});

test('and not when nothing was promised to what has ended', async () => {
  const info = infoWith(2 ** 20);
  const held = new Reservations();
  let calls = 0;
  const xen = xenOf(() => {
    calls += 1;
    held.end('nobody');
    return info;
  });
  await held.requireRoom(xen, web('web1'));
  expect(calls).toBe(1);
});

test('all who restore on a host share one, and no two hosts do', () => {
  const [one, other] = [xenOf(() => ({}) as HostInfo), xenOf(() => ({}) as HostInfo)];
  expect(reservationsOf({ xen: one })).toBe(reservationsOf({ xen: one }));
  expect(reservationsOf({ xen: one })).not.toBe(reservationsOf({ xen: other }));
});
