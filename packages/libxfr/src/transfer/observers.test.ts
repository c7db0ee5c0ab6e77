import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ObservedEvent, TransferFigures } from '../events.ts';
import { Observers } from './observers.ts';

const figures = (transferred: number): ObservedEvent => ({
  type: 'progress',
  status: 'precopy',
  transferred,
  zeroBytes: 0,
  remaining: 0,
  total: 0,
  throughput: 0,
  totalTime: 0,
});
const phase = (at: number): ObservedEvent => ({ type: 'phase', phase: 'precopy', at });
const warning = (message: string): ObservedEvent => ({ type: 'warning', code: 'XFR_W_PLAIN', message });

async function all(events: AsyncIterable<ObservedEvent>): Promise<ObservedEvent[]> {
  const heard = [];
  for await (const event of events) heard.push(event);
  return heard;
}

test('a late observer gets the events that it has missed, and figures only as they are', async () => {
  const observers = new Observers();
  for (const event of [phase(1), figures(1), warning('a'), figures(2), phase(2)]) observers.tell(event);
  const late = all(observers.observe());
  observers.tell(figures(3));
  observers.end();
  expect(await late).toEqual([phase(1), warning('a'), phase(2), figures(3)]);
  expect(await all(observers.observe())).toEqual([phase(1), warning('a'), phase(2), figures(3)]);
});

test('a waiting observer gets an event at once; one that goes waits no longer, and the others go on', async () => {
  const observers = new Observers();
  const [one, two] = [observers.observe(), observers.observe()];
  const waiting = [one.next(), one.next(), two.next()];
  await one.return?.();
  expect(await Promise.all(waiting.slice(0, 2))).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  observers.tell(phase(1));
  expect(await waiting[2]).toEqual({ done: false, value: phase(1) });
  expect(await one.next()).toEqual({ done: true, value: undefined });
});

const event = fc.oneof(
  { weight: 5, arbitrary: fc.nat().map(figures) },
  { weight: 1, arbitrary: fc.nat().map(phase) },
  { weight: 1, arbitrary: fc.string().map(warning) },
);
/** events that come before the observer reads once more */
const turns = fc.array(fc.array(event, { maxLength: 30 }), { maxLength: 20 });

test('for all events and all paces: nothing but figures is missed, the last figures are heard, and little is kept', async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (told) => {
      const observers = new Observers();
      const observer = observers.observe();
      const heard: ObservedEvent[] = [];
      for (const events of told) {
        for (const each of events) observers.tell(each);
        const isDue = events.length > 0;
        if (isDue) heard.push((await observer.next()).value as ObservedEvent);
      }
      observers.end();
      const rest = await all(observer);
      const [others, kept] = [told.flat(), rest.filter(({ type }) => type === 'progress')];
      expect(kept.length).toBeLessThanOrEqual(1);
      const isNoFigure = ({ type }: ObservedEvent): boolean => type !== 'progress';
      expect([...heard, ...rest].filter(isNoFigure)).toEqual(others.filter(isNoFigure));
      const lastOf = (events: readonly ObservedEvent[]): unknown =>
        (events.findLast(({ type }) => type === 'progress') as TransferFigures | undefined)?.transferred;
      expect(lastOf([...heard, ...rest])).toBe(lastOf(others));
    }),
  );
});
