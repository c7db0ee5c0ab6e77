import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, progressLine } from './progress-line.ts';

const MIB = 2 ** 20;

test('a line tells all that is known', () => {
  const line = progressLine({
    status: 'precopy',
    transferred: 150 * MIB,
    remaining: 50 * MIB,
    throughput: 10 * MIB,
    iteration: 2,
    dirtyPagesRate: 120.4,
    eta: 5000,
    expectedDowntime: 300,
  });
  expect(line).toBe(
    'precopy #2   75%  150 MiB  10 MiB/s  50 MiB left  ETA 5.0 s  dirty 120 pages/s  downtime ~300 ms',
  );
});

test('the first round is number 1', () => {
  const figures = { status: 'precopy', transferred: 0, remaining: MIB, throughput: 0 };
  expect(progressLine({ ...figures, iteration: 1 })).toMatch(/^precopy #1 /);
});

test('a line leaves out what is not known', () => {
  expect(
    progressLine({ status: 'connecting', transferred: 0, remaining: 0, throughput: 0 }, { bar: true }),
  ).toBe('connecting    0%  [--------------------]  0 B  0 B/s  0 B left');
});

test('the bar is always as wide', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (transferred, remaining) => {
      const line = progressLine({ status: 's', transferred, remaining, throughput: 1 }, { bar: true });
      expect(line).toMatch(/ \[#*-*\] /);
      expect(/\[(.*)\]/.exec(line)?.[1]).toHaveLength(20);
    }),
  );
});

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [4200, '4.2 s'],
  [59_400, '59 s'],
  [59_600, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [Infinity, 'unknown'],
])('%d ms reads %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
