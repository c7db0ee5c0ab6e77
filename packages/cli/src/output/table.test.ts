import { expect, test } from '@jest/globals';
import { table } from './table.ts';

test('columns are as wide as their widest cell and have no trailing blanks', async () => {
  const rows = [
    { name: 'Domain-0', id: 0 },
    { name: 'a-rather-long-name', id: 12 },
  ];
  const text = await table(rows, [
    { heading: 'Name', text: ({ name }) => name },
    { heading: 'ID', text: ({ id }) => String(id), align: 'right' },
    { heading: 'X', text: () => '' },
  ]);
  expect(text).toBe(
    ['Name                ID  X', 'Domain-0             0', 'a-rather-long-name  12'].join('\n'),
  );
});
