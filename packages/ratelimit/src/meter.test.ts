import { expect, test } from '@jest/globals';
import { ManualClock } from './clock/manual-clock.ts';
import { Meter } from './meter.ts';

test('a meter counts all bytes and tells the speed of the last seconds', async () => {
  const clock = new ManualClock();
  const meter = new Meter({ clock });
  const run = async (bytesPerSecond: number, seconds: number): Promise<void> => {
    for (let tenths = 0; tenths < seconds * 10; tenths += 1) {
      await clock.advance(100);
      meter.add(bytesPerSecond / 10);
    }
  };
  expect([meter.bytes, meter.bytesPerSecond]).toEqual([0, 0]);
  await run(1000, 1);
  expect(meter.bytesPerSecond / 1000).toBeCloseTo(1, 1); // right from the start, not only after a while
  await run(1000, 9);
  expect(meter.bytesPerSecond / 1000).toBeCloseTo(1, 1);
  await run(5000, 20);
  expect(meter.bytesPerSecond / 5000).toBeCloseTo(1, 1);
  await clock.advance(60_000);
  expect(meter.bytesPerSecond).toBeLessThan(1);
  expect(meter.bytes).toBeCloseTo(110_000);
});
