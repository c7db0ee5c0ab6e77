import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeLibxcHeader, parseLibxcHeader, type LibxcHeader } from './header.ts';

test('what is encoded is parsed', () => {
  const header = fc.record<LibxcHeader>({
    version: fc.constantFrom(2, 3),
    type: fc.constantFrom('pv', 'hvm'),
    xenMajor: fc.nat(),
    xenMinor: fc.nat(),
  });
  fc.assert(
    fc.property(header, (expected) => {
      expect(parseLibxcHeader(encodeLibxcHeader(expected))).toEqual(expected);
    }),
  );
});

test('the bytes are those of libxc', () => {
  const bytes = Buffer.from(encodeLibxcHeader({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 }));
  expect(bytes.toString('hex')).toBe(
    'ffffffffffffffff' +
      '58454e46' +
      '00000003' +
      '0000' +
      '000000000000' +
      '02000000' +
      '0c00' +
      '0000' +
      '04000000' +
      '11000000',
  );
});
