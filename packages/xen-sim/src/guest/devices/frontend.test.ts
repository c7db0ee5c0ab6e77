import { expect, test } from '@jest/globals';
import { nextStep } from './frontend.ts';

test.each([
  ['vbd', '1', '2', '3'],
  ['vif', '1', '2', '4'],
  ['vbd', '3', '4', '4'],
  ['vbd', '4', '5', '6'],
  ['vif', '4', '6', '6'],
  ['vbd', '3', '5', '6'],
  ['vbd', '1', '5', '6'],
  // Nothing to do, or the other end is to act.
  ['vbd', '1', '1', undefined],
  ['vbd', '1', '6', undefined],
  ['vbd', '1', undefined, undefined],
  ['vbd', '3', '2', undefined],
  ['vbd', '4', '4', undefined],
  ['vbd', '4', undefined, undefined],
  ['vbd', '6', '5', undefined],
  ['vbd', '6', '6', undefined],
])('a %s at %s whose backend is at %s goes to %s', (kind, front, back, state) => {
  expect(nextStep(kind, front, back)?.state).toBe(state);
});
