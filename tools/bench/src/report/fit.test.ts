import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitPowerLaw, nameLaw } from './fit.ts';

test('finds the exponent of any power law', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 3, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (exponent, factor) => {
        const points = [1, 3, 10, 100, 1000].map((x) => [x, factor * x ** exponent] as const);
        const law = fitPowerLaw(points);
        expect(law?.exponent).toBeCloseTo(exponent, 6);
        expect((law?.factor ?? 0) / factor).toBeCloseTo(1, 6);
      },
    ),
  );
});

test('says nothing about points that have no logarithm or are too few', () => {
  expect(fitPowerLaw([])).toBeUndefined();
  expect(
    fitPowerLaw([
      [1, 1],
      [2, 2],
      [3, 0],
    ]),
  ).toBeUndefined();
  expect(
    fitPowerLaw([
      [2, 1],
      [2, 2],
      [2, 3],
    ]),
  ).toBeUndefined();
});

test.each([
  [-1, 'falling'],
  [0.02, 'constant'],
  [0.5, 'less than linear'],
  [1, 'linear'],
  [1.4, 'more than linear'],
  [1.97, 'quadratic'],
  [3, 'more than quadratic'],
])('n^%d is %s', (exponent, name) => {
  expect(nameLaw({ exponent, factor: 1 })).toBe(`n^${exponent.toFixed(2)}, ${name}`);
});
