import { expect, test } from '@jest/globals';
import { formatCpus } from './fields.ts';

test.each([
  [[], ''],
  [[3], '3'],
  [[0, 1, 2, 3], '0-3'],
  [[0, 2, 3, 7], '0,2-3,7'],
])('processors %j are written %j', (cpus, text) => {
  expect(formatCpus(cpus)).toBe(text);
});
