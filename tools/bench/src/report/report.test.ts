import { expect, test } from '@jest/globals';
import type { Result } from '../experiment.ts';
import { drawCharts } from './chart.ts';
import { markdownTables } from './tables.ts';

const result: Result = {
  name: 'made-up',
  title: 'Cats & dogs',
  sizeLabel: 'pets',
  machine: 'none',
  quantities: [
    { key: 'noise', label: 'noise', unit: 'ms' },
    { key: 'mood', label: 'mood', unit: '', hasLaw: false },
  ],
  rows: [
    { size: 1, noise: 2 },
    { size: 10, noise: 200, mood: 0.12345 },
    { size: 100, noise: 20_000 },
  ],
  notes: ['Made up.'],
};

test('a table has a line for each size, and how each quantity grows', () => {
  expect(markdownTables(result)).toBe(`### Cats & dogs

| pets | noise, ms | mood |
| ---: | ---: | ---: |
| 1 | 2 | – |
| 10 | 200 | 0.123 |
| 100 | 20000 | – |
| grows as | n^2.00, quadratic |  |

- Made up.
`);
});

test('where nothing is of interest for how it grows, the table does not say it', () => {
  const quantities = result.quantities.map((quantity) => ({ ...quantity, hasLaw: false }));
  expect(markdownTables({ ...result, quantities })).not.toContain('grows');
});

test('a power of n is a straight line in a chart; what has no logarithm is left out', () => {
  const points = [
    [1, 2],
    [10, 20],
    [100, 200],
    [1000, 0],
  ] as const;
  const svg = drawCharts([{ title: 'a < b', xLabel: 'n', yLabel: 'ms', lines: [{ label: 'x', points }] }]);
  expect(svg).toContain('a &lt; b');
  const [, places = ''] = /<polyline [^>]*points="([^"]*)"/.exec(svg) ?? [];
  const [first, second, third, ...rest] = places.split(' ').map((place) => place.split(',').map(Number));
  expect(rest).toEqual([]);
  for (const axis of [0, 1]) {
    expect(second![axis]! - first![axis]!).toBeCloseTo(third![axis]! - second![axis]!, 0);
  }
});
