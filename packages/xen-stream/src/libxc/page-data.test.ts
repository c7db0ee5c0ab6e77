import { expect, test } from '@jest/globals';
import { pageDataHeadBytes } from './page-data.ts';

const MOST = 1024 * 1024;
const place = { offset: 0, record: 'PAGE_DATA', recordIndex: 0 };

/** The header of a record that lists so many pfns, and has room for them. */
function head(count: number): [unit: Buffer, length: number] {
  const unit = Buffer.alloc(16);
  unit.writeUInt32LE(count, 8);
  return [unit, 8 + 8 * count];
}

test('a record lists a million pfns at most', () => {
  expect(pageDataHeadBytes(...head(MOST), place)).toBe(16 + 8 * MOST);
  expect(() => pageDataHeadBytes(...head(MOST + 1), place)).toThrow(
    expect.objectContaining({ code: 'STREAM_TOO_LARGE' }),
  );
});
