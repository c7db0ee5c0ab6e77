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

test.each([
  [0, 0, 'STREAM_FOREIGN', 100, 'libxc image header'],
  [15, 4, 'STREAM_UNSUPPORTED', 100, 'libxc image header'],
  [24, 3, 'STREAM_CORRUPT', 124, 'libxc domain header'],
  [28, 16, 'STREAM_CORRUPT', 124, 'libxc domain header'],
])('what is wrong at byte %i is said with the header in which it is', (at, value, code, offset, record) => {
  const bytes = encodeLibxcHeader({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 });
  bytes[at] = value;
  expect(() => parseLibxcHeader(bytes, 100)).toThrow(
    expect.objectContaining({ code, details: expect.objectContaining({ offset, record }) }),
  );
});
