/** `authorise` by itself: the edges of each rule, and its words. */
import { expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { authorise, type Direction, type LivingGuest, type OfferedGuest } from './authorise.ts';
import type { Peer } from './peer.ts';

const MIB = 2 ** 20;
const uuid = '0f0e0d0c-0b0a-0908-0706-050403020100';
const GUEST: OfferedGuest = { name: 'web', uuid, memoryBytes: MIB, maxMemoryBytes: 4 * MIB, live: true };
const PEER: Peer = { name: 'b', hosts: [], maySend: true, mayReceive: true, live: true };
const OTHER: LivingGuest = { uuid: uuid.replace('0', '1'), memoryBytes: 4 * MIB };

/** Why it is refused; undefined when it is not. */
function refusal(
  rules: Partial<Peer>,
  {
    direction = 'from',
    active = 0,
    living,
    guest = {},
  }: { direction?: Direction; active?: number; living?: LivingGuest[]; guest?: Partial<OfferedGuest> } = {},
): VmToolsError | undefined {
  try {
    authorise(
      { ...PEER, ...rules },
      { ...GUEST, ...guest },
      { direction, active, ...(living && { living }) },
    );
    return undefined;
  } catch (thrown) {
    return thrown as VmToolsError;
  }
}

test.each<[Partial<Peer>, Direction, string]>([
  [{ maySend: false }, 'from', 'b may send no guests'],
  [{ mayReceive: false }, 'to', 'b may be sent no guests'],
  [{ domains: [] }, 'from', 'web is none of the domains that b may send'],
  [{ domains: [] }, 'to', 'web is none of the domains that b may receive'],
  [{ maxMemoryMib: 3 }, 'from', 'web may grow to 4 MiB, and b may send guests of 3 MiB at most'],
  [{ maxMemoryMib: 3 }, 'to', 'web may grow to 4 MiB, and b may receive guests of 3 MiB at most'],
  [{ live: false }, 'from', 'web is to run on while it is copied, and b may not send such'],
  [{ live: false }, 'to', 'web is to run on while it is copied, and b may not receive such'],
  [{ maxConcurrent: 1 }, 'from', 'b is sending 1 guests already and may send 1 at once'],
  [{ maxDomains: 1 }, 'from', '1 guests of b are here already, and it may have 1 here'],
  [
    { maxTotalMemoryMib: 7 },
    'from',
    'guests of b have 4 MiB here already, web may grow to 4 MiB, and together they may have 7 MiB',
  ],
])('%j, %s it: %s', (rules, direction, message) => {
  const [rule] = Object.keys(rules);
  expect(refusal(rules, { direction, active: 1, living: [OTHER] })).toMatchObject({
    ...{ code: 'XFR_PEER_NOT_ALLOWED', message, details: { rule, name: 'web', uuid, peer: 'b' } },
  });
});

test('where a rule is to be changed is said as the peer sees it', () => {
  const change = 'change the rule "domains"';
  expect(refusal({ domains: [] })?.hint).toBe(`${change} on the host that it was to come to: xfrd trust b`);
  expect(refusal({ domains: [] }, { direction: 'to' })?.hint).toBe(`${change} here: xfrd trust b`);
});

test.each<[Partial<Peer>, RegExp]>([
  [{ maxConcurrent: 1 }, /^try again when one of them is through$/],
  [{ maxDomains: 1 }, /^try again when one of them has left that host$/],
  [{ maxTotalMemoryMib: 1 }, /^try again when others of them have left/],
])('%j is a matter of time, and 0 is not', (rules, hint) => {
  const [rule] = Object.keys(rules);
  const busy = { active: 1, living: [OTHER] };
  expect(refusal(rules, busy)).toMatchObject({ kind: 'resource', hint: expect.stringMatching(hint) });
  expect(refusal({ [rule!]: 0 }, busy)).toMatchObject({
    ...{ kind: 'peer', hint: expect.stringContaining('change the rule') },
  });
});

test('what a guest may grow to counts, or what it has if that is more, by whole MiB', () => {
  expect(refusal({ maxMemoryMib: 4 })).toBeUndefined();
  expect(refusal({ maxMemoryMib: 4 }, { guest: { maxMemoryBytes: 4 * MIB + 1 } })).toBeDefined();
  expect(refusal({ maxMemoryMib: 4 }, { guest: { memoryBytes: 5 * MIB } })).toBeDefined();
});

test('together they may have as much as is said, and not a byte more', () => {
  const exactly = { maxTotalMemoryMib: 12 };
  expect(refusal(exactly, { living: [OTHER, OTHER] })).toBeUndefined();
  expect(refusal(exactly, { living: [OTHER, { ...OTHER, memoryBytes: 4 * MIB + 1 }] })).toBeDefined();
  expect(refusal({ maxDomains: 3 }, { living: [OTHER, OTHER] })).toBeUndefined();
  expect(refusal({ maxDomains: 1 })).toBeUndefined();
  expect(refusal({ maxTotalMemoryMib: 4 })).toBeUndefined();
});

test('one that comes again is not counted twice, however its UUID is spelt', () => {
  const itself = { uuid: uuid.toUpperCase(), memoryBytes: 4 * MIB };
  const rules = { maxDomains: 1, maxTotalMemoryMib: 4 };
  expect(refusal(rules, { living: [itself] })).toBeUndefined();
  expect(
    refusal(rules, { living: [{ ...itself, uuid }], guest: { uuid: uuid.toUpperCase() } }),
  ).toBeUndefined();
});

test('what is counted here says nothing of a guest that goes there', () => {
  const rules = { maxConcurrent: 0, maxDomains: 0, maxTotalMemoryMib: 1 };
  expect(refusal(rules, { direction: 'to', active: 9, living: [OTHER] })).toBeUndefined();
});

test('a guest that stands still while it is copied is no live one', () => {
  expect(refusal({ live: false }, { guest: { live: false } })).toBeUndefined();
});
