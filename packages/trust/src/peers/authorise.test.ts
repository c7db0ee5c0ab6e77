import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestHost } from '../testing/test-host.ts';
import { authorise, type Direction, type OfferedGuest } from './authorise.ts';
import { matchesDomain } from './matches-domain.ts';
import type { Peer } from './peer.ts';
import { forgetPeer, trustPeer } from './peers.ts';

const MIB = 2 ** 20;
const GUEST: OfferedGuest = {
  name: 'web-1',
  uuid: '0f0e0d0c-0b0a-0908-0706-050403020100',
  memoryBytes: 256 * MIB,
  maxMemoryBytes: 512 * MIB,
  live: true,
};
const PEER: Peer = {
  name: 'b',
  fingerprint: `SHA256:${'A'.repeat(43)}`,
  hosts: [],
  maySend: true,
  mayReceive: true,
  live: true,
};

const from =
  (rules: Partial<Peer>, active = 0) =>
  () =>
    authorise({ ...PEER, ...rules }, GUEST, { direction: 'from', active });

test.each<[Partial<Peer>]>([
  [{}],
  [{ mayReceive: false }],
  [{ domains: ['db', 'web-*'] }],
  [{ domains: [GUEST.uuid.toUpperCase()] }],
  [{ maxMemoryMib: 512 }],
  [{ maxConcurrent: 2 }],
])('with the rules %j it may be sent', (rules) => {
  expect(from(rules, 1)).not.toThrow();
});

test('guests of a peer that live here count together with those on their way, and not one that comes again', async () => {
  await using host = await createTestHost('a');
  const fingerprint = `SHA256:${'A'.repeat(43)}`;
  const other = (uuid: string) => ({ ...GUEST, uuid });
  const living = [{ uuid: 'aaaaaaaa-0000-4000-8000-000000000000', memoryBytes: 512 * MIB }];
  const livingOf = (): Promise<typeof living> => Promise.resolve(living);
  const refusedBy = (rule: keyof Peer) => ({
    code: 'XFR_PEER_NOT_ALLOWED',
    kind: 'resource',
    details: { rule },
  });

  await trustPeer(host.folder, 'b', { fingerprint, maxDomains: 2 });
  using _first = await host.trust.authorise('b', GUEST, { livingOf });
  const second = host.trust.authorise('b', other('bbbbbbbb-0000-4000-8000-000000000000'), { livingOf });
  await expect(second).rejects.toMatchObject(refusedBy('maxDomains'));
  using _again = await host.trust.authorise('b', other(living[0]!.uuid), { livingOf });

  await forgetPeer(host.folder, 'b');
  await trustPeer(host.folder, 'b', { fingerprint, maxTotalMemoryMib: 1024 });
  const third = host.trust.authorise('b', other('cccccccc-0000-4000-8000-000000000000'), { livingOf });
  await expect(third).rejects.toMatchObject(refusedBy('maxTotalMemoryMib'));
});

test.each<[keyof Peer, Partial<Peer>, 'peer' | 'resource']>([
  ['maySend', { maySend: false }, 'peer'],
  ['domains', { domains: ['db', 'web'] }, 'peer'],
  ['domains', { domains: [] }, 'peer'],
  ['maxMemoryMib', { maxMemoryMib: 511 }, 'peer'],
  ['live', { live: false }, 'peer'],
  ['maxConcurrent', { maxConcurrent: 1 }, 'resource'],
  ['maxConcurrent', { maxConcurrent: 0 }, 'peer'],
])('the rule %s forbids it: %j', (rule, rules, kind) => {
  expect(from(rules, 1)).toThrow(
    expect.objectContaining({
      code: 'XFR_PEER_NOT_ALLOWED',
      kind,
      hint: expect.any(String),
      details: { peer: 'b', rule, limit: rules[rule], name: 'web-1', uuid: GUEST.uuid },
    }),
  );
});

test.each<[Direction, Partial<Peer>, string | undefined]>([
  ['to', { mayReceive: false }, 'mayReceive'],
  ['to', { maySend: false }, undefined],
  ['to', { domains: ['db'] }, 'domains'],
  ['to', { maxConcurrent: 0 }, undefined],
])('%s a peer with %j', (direction, rules, rule) => {
  const check = () => authorise({ ...PEER, ...rules }, GUEST, { direction, active: 0 });
  if (rule === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ details: expect.objectContaining({ rule }) }));
});

test('a pattern matches as a regular expression would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', 'A'), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (pattern, name) => {
      const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name);
      expect(matchesDomain(pattern, { name, uuid: GUEST.uuid })).toBe(expected);
    }),
  );
});

test('guests of one peer are counted as long as they are on their way, and rules count at once', async () => {
  await using host = await createTestHost('a');
  await using other = await createTestHost('b');
  await host.trusts(other, { maxConcurrent: 2 });
  const { trust } = host;
  using others = new DisposableStack();
  const first = await trust.authorise('b', GUEST);
  others.use(await trust.authorise('b', GUEST));
  const refused = { code: 'XFR_PEER_NOT_ALLOWED', kind: 'resource' };
  await expect(trust.authorise('b', GUEST)).rejects.toMatchObject(refused);
  others.use(await trust.authorise('b', GUEST, { direction: 'to' }));
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  others.use(await trust.authorise('b', GUEST));
  await expect(trust.authorise('b', GUEST)).rejects.toMatchObject(refused);
  await trustPeer(host.folder, 'b', { maySend: false });
  await expect(trust.authorise('b', GUEST)).rejects.toMatchObject({ details: { rule: 'maySend' } });
  await forgetPeer(host.folder, 'b');
  await expect(trust.authorise('b', GUEST)).rejects.toMatchObject({ code: 'XFR_PEER_UNKNOWN' });
});
