import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatSize } from './size.ts';

const MIB = 1024 ** 2;

test('what is shown of a size is one, and nearly that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 * 1024 * 1024 }), (mib) => {
      const [amount = '', unit = ''] = formatSize(mib * MIB).split(' ');
      const shown = Number(amount) * (unit === 'GiB' ? 1024 : 1);
      expect(Math.abs(shown - mib)).toBeLessThanOrEqual(unit === 'GiB' ? 6 : 0);
    }),
  );
});
