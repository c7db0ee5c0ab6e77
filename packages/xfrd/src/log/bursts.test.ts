import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import { Bursts } from './bursts.ts';

function started() {
  const lines: string[] = [];
  const clock = new ManualClock();
  const warn = (text: string, facts?: object): unknown => lines.push(`${text} ${JSON.stringify(facts)}`);
  return { bursts: new Bursts({ warn }, clock), lines, clock };
}

const called = (bursts: Bursts, times: number, kind = 'XFR_TLS'): number =>
  Array.from({ length: times }, (_, index) =>
    bursts.isTold({ kind, address: `10.0.0.${index % 3}:${index}` }),
  ).filter(Boolean).length;

test('the first are told, and of the others how many there were, once in a while', async () => {
  const { bursts, lines, clock } = started();
  expect(called(bursts, 300)).toBe(20);
  expect(lines).toEqual([]);
  await clock.advance(10_000);
  expect(lines).toEqual(['XFR_TLS: 280 more like those before {"count":280,"addresses":3}']);
  expect(called(bursts, 5)).toBe(0);
  await clock.advance(10_000);
  expect(lines).toHaveLength(2);
});

test('what has ended begins anew, and kinds do not hide each other', async () => {
  const { bursts, lines, clock } = started();
  expect(called(bursts, 21)).toBe(20);
  expect(called(bursts, 3, 'XFR_BUSY')).toBe(3);
  await clock.advance(20_000);
  expect(lines).toHaveLength(1);
  expect(called(bursts, 3)).toBe(3);
});

test('what has been counted is told at the end', () => {
  const { bursts, lines, clock } = started();
  called(bursts, 25);
  bursts[Symbol.dispose]();
  expect(lines).toEqual(['XFR_TLS: 5 more like those before {"count":5,"addresses":3}']);
  expect(clock.pending).toBe(0);
});
