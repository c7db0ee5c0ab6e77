import { expect, test } from '@jest/globals';
import { jainIndex } from './jain.ts';

test.each([
  [[5, 5, 5, 5], 1],
  [[7, 0, 0, 0], 0.25],
  [[1, 2, 3], 36 / 42],
])('the index of %j is %d', (shares, index) => {
  expect(jainIndex(shares)).toBeCloseTo(index, 10);
});
