import { expect, test } from '@jest/globals';
import { noWayBack, requireSameOrNewer } from './xen-version.ts';

const ours = { major: 4, minor: 17, extra: '.7' } as const;

test.each(['4.17.7', '4.17', '4.17-unstable', '4.16.9', '4.0', '3.20', '0.0'])(
  'Xen 4.17 reads what %s has written',
  (theirs) => requireSameOrNewer(ours, theirs),
);

test.each(['4.16.9', '4.0', '3.20', '0.0'])('what comes from %s cannot go back', (theirs) => {
  const [from] = /^\d+\.\d+/.exec(theirs)!;
  expect(noWayBack(ours, theirs)).toBe(`Xen here is newer (4.17): it cannot move back to Xen ${from}`);
});

test.each(['4.17.7', '4.17-unstable', '4.18.0', '5.0', 'newest'])(
  'of %s nothing is to be noted',
  (theirs) => {
    expect(noWayBack(ours, theirs)).toBeUndefined();
  },
);

test.each(['4.18.0', '4.100', '5.0', '5.16', '123.4'])('it may not know what %s has written', (theirs) => {
  expect(() => requireSameOrNewer(ours, theirs)).toThrow(
    expect.objectContaining({
      ...{ code: 'DOMAIN_XEN_OLDER', kind: 'peer', details: { ours: '4.17.7', theirs } },
      hint: expect.stringMatching(`to ${/^\d+\.\d+/.exec(theirs)?.[0]} or later`),
    }),
  );
});

test.each(['', 'newest', '4', '4.', '.17', 'x4.17', '4.x17', '4.1234', '1234.4', '-4.17'])(
  '%j says no version',
  (theirs) => {
    expect(() => requireSameOrNewer(ours, theirs)).toThrow(
      expect.objectContaining({ code: 'DOMAIN_XEN_UNKNOWN', kind: 'peer', details: { theirs } }),
    );
  },
);
