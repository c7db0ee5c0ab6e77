import { expect, test } from '@jest/globals';
import { PROTOTYPES } from '../prototypes/index.ts';
import { guardArguments } from './guard.ts';

const { args } = PROTOTYPES.xenctrl.xc_domain_setmaxmem;

test.each([
  [-1, 1024],
  [2 ** 32, 1024],
  [1.5, 1024],
  [Number.NaN, 1024],
  [1, -1],
  [1, 2n ** 64n],
  [1, 2 ** 53],
])('domid %p with %p KiB never reaches C', (domid, kib) => {
  expect(() => guardArguments('xc_domain_setmaxmem', args, [1n, domid, kib])).toThrow(RangeError);
});

test('the ends of the ranges do', () => {
  guardArguments('xc_domain_setmaxmem', args, [1n, 2 ** 32 - 1, 2n ** 64n - 1n]);
  guardArguments('xc_domain_setmaxmem', args, [1n, 0, 0]);
});

test('a forgotten argument is noticed', () => {
  expect(() => guardArguments('xc_domain_setmaxmem', args, [1n, 5])).toThrow('takes 3 arguments, not 2');
});
