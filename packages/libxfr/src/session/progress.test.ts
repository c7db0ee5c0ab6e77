import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import type { TransferEvent, TransferFigures } from '../events.ts';
import { ProgressReporter } from './progress.ts';

const MIB = 2 ** 20;

function reporter() {
  const clock = new ManualClock();
  const events: TransferEvent[] = [];
  const progress = new ProgressReporter((event) => events.push(event), clock);
  const figures = (): TransferFigures => events.findLast((event) => event.type === 'progress')!;
  return { clock, events, progress, figures };
}

test('tells at most five times a second, and at each change of phase', async () => {
  const { clock, events, progress } = reporter();
  progress.phase('receiving');
  expect(events.map(({ type }) => type)).toEqual(['phase', 'progress']);
  for (let ms = 0; ms < 1000; ms += 10) {
    await clock.advance(10);
    progress.add(1000);
  }
  expect(events).toHaveLength(2 + 5);
  progress.phase('starting');
  expect(events).toHaveLength(2 + 5 + 2);
});

test('figures of a live transfer', async () => {
  const { clock, progress, figures } = reporter();
  const saved = (iteration: number, remaining: number, dirtyBytes?: number): void =>
    progress.saved({
      phase: 'precopy',
      iteration,
      remaining,
      total: 100 * MIB,
      at: clock.now(),
      ...(dirtyBytes === undefined ? {} : { dirtyBytes }),
    });
  saved(0, 100 * MIB, 100 * MIB);
  for (let second = 0; second < 10; second += 1) {
    await clock.advance(1000);
    progress.add(10 * MIB);
  }
  saved(1, 20 * MIB, 20 * MIB);
  await clock.advance(200);
  progress.add(0);
  const now = figures();
  expect(now).toMatchObject({
    status: 'precopy',
    transferred: 100 * MIB,
    remaining: 20 * MIB,
    total: 100 * MIB,
    totalTime: 10_200,
    iteration: 1,
    dirtyPagesRate: 512, // 20 MiB in 10 s
  });
  expect(now.throughput / MIB).toBeCloseTo(10, -0.5);
  expect(now.expectedDowntime).toBeCloseTo(((20 * MIB) / now.throughput) * 1000);
  expect(now.eta).toBe(now.expectedDowntime);
  expect(now.downtime).toBeUndefined();
});

test('downtime grows while the guest is suspended, and stays when it runs', async () => {
  const { clock, progress, figures, events } = reporter();
  await clock.advance(500);
  const at = clock.now();
  progress.saved({ phase: 'stop-and-copy', iteration: 2, remaining: MIB, total: MIB, at });
  await clock.advance(300);
  progress.add(MIB);
  expect(figures()).toMatchObject({ status: 'stop-and-copy', downtime: 300 });
  progress.running(at - 10);
  await clock.advance(1000);
  const summary = progress.complete({ iterations: 3, domid: 7 });
  expect(summary).toEqual({
    transferred: MIB,
    zeroBytes: 0,
    total: MIB,
    totalTimeMs: 1800,
    downtimeMs: 310,
    iterations: 3,
    throughput: MIB / 1.8,
    domid: 7,
    warnings: [],
  });
  expect(figures()).toMatchObject({ downtime: 310, remaining: 0 });
  expect(events.at(-1)).toEqual({ type: 'completed', summary });
});
