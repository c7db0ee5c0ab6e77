import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import fc from 'fast-check';
import { VcpuTime } from './vcpu-time.ts';

/** vCPUs, and how long they have run. */
function vcpus(): { clock: ManualClock; time: VcpuTime; ranMs: () => number; set: (runs: boolean) => void } {
  const clock = new ManualClock();
  let ran = 0;
  let since: number | undefined;
  const ranMs = (): number => ran + (since === undefined ? 0 : clock.now() - since);
  const time = new VcpuTime(clock, ranMs);
  const set = (runs: boolean): void => {
    ran = ranMs();
    since = runs ? clock.now() : undefined;
    if (runs) time.start();
    else time.stop();
  };
  return { clock, time, ranMs, set };
}

describe('VcpuTime', () => {
  it('lets no sleeper wake before the vCPUs have run so long, nor later', async () => {
    const stretch = fc.record({ runs: fc.boolean(), ms: fc.integer({ min: 0, max: 50 }) });
    await fc.assert(
      fc.asyncProperty(fc.nat(100), fc.array(stretch, { maxLength: 8 }), async (ms, stretches) => {
        const { clock, time, ranMs, set } = vcpus();
        let wokeAt: number | undefined;
        const sleep = time.sleep(ms).then(() => (wokeAt = ranMs()));
        for (const { runs, ms: length } of stretches) {
          set(runs);
          await clock.advance(length);
          expect(clock.pending).toBe(runs && wokeAt === undefined && ranMs() < ms ? 1 : 0);
        }
        set(true);
        await clock.advance(200);
        await sleep;
        expect(wokeAt).toBe(ms);
      }),
      { numRuns: 50 },
    );
  });

  it('tells all who wait when they will never run again', async () => {
    const { clock, time, set } = vcpus();
    const still = [time.running(), time.sleep(5)];
    set(true);
    const asleep = time.sleep(500);
    expect(await still[0]).toBe(true);
    time.end();
    expect(await Promise.all([still[1], asleep, time.running(), time.sleep(0)])).toEqual([
      false,
      false,
      false,
      false,
    ]);
    time.start();
    expect(time.isRunning).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('comes to an end when what is left is too little to move the clock', async () => {
    const clock = new ManualClock();
    await clock.advance(1e9);
    const start = clock.now();
    const time = new VcpuTime(clock, () => (clock.now() - start) * 0.999_999_9);
    time.start();
    let woke = false;
    void time.sleep(1000).then(() => (woke = true));
    await clock.advance(1001);
    expect(woke).toBe(true);
  });
});
