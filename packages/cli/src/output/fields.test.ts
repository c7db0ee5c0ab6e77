import { expect, test } from '@jest/globals';
import { formatFields } from './fields.ts';

test('values stand in one column, and what is foreign in them is escaped', () => {
  const fields = formatFields([
    ['name', 'web\u001b[2J'],
    ['from', undefined],
    ['state', ''],
  ]);
  expect(fields).toBe('name   web\\u001b[2J\nstate');
});
