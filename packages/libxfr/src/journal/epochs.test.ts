import { expect, test } from '@jest/globals';
import { MAX_EPOCH } from '../protocol/messages.ts';
import { nextEpoch } from './epochs.ts';

const next = (...epochs: number[]): number => nextEpoch(epochs.map((epoch) => ({ epoch })));

test('is one more than the highest so far', () => {
  expect([next(), next(1), next(3, 2), next(2, 3)]).toEqual([1, 2, 4, 4]);
});

test('is raised by one transfer a thousand at most', () => {
  expect(next(1000)).toBe(1001);
  expect(next(1001)).toBe(1001);
  expect(next(5, 1005)).toBe(1006);
  expect(next(5, 1006)).toBe(1006);
  expect(next(5, MAX_EPOCH, MAX_EPOCH)).toBe(2006);
});
