import { expect, test } from '@jest/globals';
import { formatCpus, formatFields } from './fields.ts';

test.each([
  [[], ''],
  [[3], '3'],
  [[0, 1, 2, 3], '0-3'],
  [[0, 2, 3, 7], '0,2-3,7'],
])('processors %j are written %j', (cpus, text) => {
  expect(formatCpus(cpus)).toBe(text);
});

test('values stand in one column, and what is foreign in them is escaped', () => {
  const fields = formatFields([
    ['name', 'web\u001b[2J'],
    ['from', undefined],
    ['state', ''],
  ]);
  expect(fields).toBe('name   web\\u001b[2J\nstate');
});
