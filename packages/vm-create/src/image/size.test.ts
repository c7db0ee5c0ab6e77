import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatSize, parseSize } from './size.ts';

const MIB = 1024 ** 2;

test.each([
  ['512M', 512 * MIB],
  ['20G', 20 * 1024 * MIB],
  ['20 GiB', 20 * 1024 * MIB],
  ['1.5t', 1.5 * 1024 ** 2 * MIB],
  ['2048K', 2 * MIB],
  ['20', undefined],
  ['0G', undefined],
  ['1K', undefined],
  ['1.0001G', undefined],
  ['-1G', undefined],
  ['1e3G', undefined],
  ['G', undefined],
  ['', undefined],
])('%j is %s bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test('what is shown of a size is one, and nearly that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 * 1024 * 1024 }), (mib) => {
      const [amount = '', unit = ''] = formatSize(mib * MIB).split(' ');
      const shown = Number(amount) * (unit === 'GiB' ? 1024 : 1);
      expect(Math.abs(shown - mib)).toBeLessThanOrEqual(unit === 'GiB' ? 6 : 0);
    }),
  );
});
