import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePreamble, encodePreamble, newestCommon, VERSIONS, type VersionRange } from './preamble.ts';

const range = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.nat(20))
  .map(([oldest, more]): VersionRange => ({ oldest, newest: oldest + more }));

test('both ends choose the newest version that both speak, or fail alike', () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      const common = Array.from({ length: 41 }, (_, version) => version).filter((version) =>
        [a, b].every(({ oldest, newest }) => version >= oldest && version <= newest),
      );
      const choose = (ours: VersionRange, theirs: VersionRange): number =>
        newestCommon(ours, decodePreamble(encodePreamble(theirs), 'b'), 'b');
      const newest = common.at(-1);
      if (newest === undefined) {
        expect(() => choose(a, b)).toThrow(/no common version/);
        expect(() => choose(b, a)).toThrow(/no common version/);
      } else {
        expect([choose(a, b), choose(b, a)]).toEqual([newest, newest]);
      }
    }),
  );
});

test('a peer of the version before is told apart from one that is newer', () => {
  expect(() => newestCommon(VERSIONS, { oldest: 1, newest: 1 }, 'b:8002')).toThrow(
    expect.objectContaining({ code: 'XFR_PROTOCOL_OLDER', hint: 'bring vm-tools on b:8002 up to date' }),
  );
});

test('without a common version the error gives both ranges and the host to update', () => {
  expect(() => newestCommon({ oldest: 1, newest: 1 }, { oldest: 3, newest: 4 }, 'b:8002')).toThrow(
    expect.objectContaining({
      code: 'XFR_PROTOCOL_NEWER',
      kind: 'peer',
      message:
        'no common version of the transfer protocol: b:8002 speaks versions 3 to 4, this side version 1',
      hint: 'bring vm-tools here up to date',
      details: { peer: 'b:8002', ours: { oldest: 1, newest: 1 }, theirs: { oldest: 3, newest: 4 } },
    }),
  );
});

test.each([
  'GET / HTTP/1.1\r\n',
  'VM-XFR\n\n12345678',
  'VM-XFR\r\n\0\0\0\0\0\0\0\0',
  'VM-XFR\r\n\0\x02\0\x01\0\0\0\0',
])('%j is no preamble', (text) => {
  const refused = expect.objectContaining({ code: 'XFR_PROTOCOL_MAGIC', kind: 'peer' });
  expect(() => decodePreamble(Buffer.from(text, 'latin1'), 'b')).toThrow(refused);
});
