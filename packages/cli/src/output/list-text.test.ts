import { expect, test } from '@jest/globals';
import { listText, type ListShape } from './list-text.ts';

const SHAPE: ListShape<string> = {
  columns: [{ heading: 'Name', text: (name) => name }],
  wide: [{ heading: 'Length', text: ({ length }) => String(length), align: 'right' }],
  word: (name) => (name === '' ? undefined : name),
};

test.each([
  [undefined, 'Name\nweb1\n\nb'],
  ['table' as const, 'Name\nweb1\n\nb'],
  ['wide' as const, 'Name  Length\nweb1       4\n           0\nb          1'],
  ['name' as const, 'web1\nb'],
])('%s', async (form, text) => {
  expect(await listText(['web1', '', 'b'], SHAPE, form)).toBe(text);
});

test('what has no more to tell is as wide as it is', async () => {
  const { wide: _, ...narrow } = SHAPE;
  expect(await listText(['a'], narrow, 'wide')).toBe('Name\na');
});
