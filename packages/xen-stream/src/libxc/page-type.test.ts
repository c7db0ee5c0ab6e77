import { expect, test } from '@jest/globals';
import { hasPageData, isPageType, PAGE_TYPE } from './page-type.ts';

const nibbles = [...Array(16).keys()];

test('four of sixteen have no meaning', () => {
  expect(nibbles.filter((nibble) => !isPageType(nibble))).toEqual([5, 6, 7, 8]);
  expect(new Set(Object.values(PAGE_TYPE))).toEqual(new Set(nibbles.filter(isPageType)));
});

test('tables and ordinary pages bring their bytes along', () => {
  expect(nibbles.filter(hasPageData)).toEqual([0, 1, 2, 3, 4, 9, 10, 11, 12]);
});
