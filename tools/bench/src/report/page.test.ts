import { expect, test } from '@jest/globals';
import type { Result } from '../experiment.ts';
import { withFigures } from './page.ts';

const RESULT: Result = {
  name: 'beside-xl',
  title: 'The tools beside xl',
  sizeLabel: 'action',
  machine: 'two cores',
  quantities: [{ key: 'xl', label: 'xl', unit: 's', hasLaw: false }],
  rows: [{ size: 1, xl: 2 }],
  names: ['list'],
  notes: [],
};
const PAGE = 'before\n<!-- begin beside-xl -->\nold\n<!-- end beside-xl -->\nbehind\n';

test('new figures take the place of the old ones, and nothing else changes', () => {
  const page = withFigures(PAGE, 'beside-xl', RESULT);
  expect(page).toMatch(/^before\n<!-- begin beside-xl -->\n\n### The tools/);
  expect(page).toContain('| list | 2 |');
  expect(page).toMatch(/two cores\.\n\n<!-- end beside-xl -->\nbehind\n$/);
  expect(page).not.toContain('old');
  expect(withFigures(page, 'beside-xl', RESULT)).toBe(page);
});

test('a page without a place for them is refused', () => {
  expect(() => withFigures(PAGE, 'start', RESULT)).toThrow('has no place for start');
});
