import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../clock/manual-clock.ts';
import { createLimiter } from '../limiter/create-limiter.ts';
import { paced } from './paced.ts';

const limited = (rate: number, burst = 1000) => {
  const clock = new ManualClock();
  return { clock, limiter: createLimiter({ rate, burst, clock }) };
};

describe('a paced stream', () => {
  test('without a limit passes the very chunks, with no timer', async () => {
    const { clock, limiter } = limited(Infinity);
    const chunks = [Buffer.alloc(5_000_000), Buffer.from('x')];
    const passed: unknown[] = [];
    for await (const chunk of Readable.from(chunks).pipe(paced(limiter))) passed.push(chunk);
    expect(passed[0]).toBe(chunks[0]);
    expect(passed[1]).toBe(chunks[1]);
    expect(clock.pending).toBe(0);
  });

  test('passes all bytes in order, sliced, at the rate', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sizes, async (chunkSizes) => {
        const { clock, limiter } = limited(10_000);
        const chunks = chunkSizes.map((size, index) => Buffer.alloc(size, index));
        const total = chunkSizes.reduce((sum, size) => sum + size, 0);
        const out = Readable.from(chunks).pipe(paced(limiter));
        const arrivals: { at: number; bytes: number }[] = [];
        out.on('data', (chunk: Buffer) => arrivals.push({ at: clock.now(), bytes: chunk.length }));
        const whole = buffer(out);
        await clock.advance((total / 10_000) * 1000 + 10 * (total / 1000 + chunks.length));
        expect(await whole).toEqual(Buffer.concat(chunks));
        for (const [first, from] of arrivals.entries()) {
          let sum = 0;
          for (const to of arrivals.slice(first)) {
            sum += to.bytes;
            expect(sum).toBeLessThanOrEqual((to.at - from.at) * 10 + 1000.001);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a reader that was held up gets no burst from the buffer', async () => {
    const { clock, limiter } = limited(10_000);
    const stream = paced(limiter);
    stream.end(Buffer.alloc(1_000_000));
    await clock.advance(1_000_000);
    expect(stream.readableLength).toBeLessThanOrEqual(stream.readableHighWaterMark + 1000);
  });

  test('holds the writer back', async () => {
    const { clock, limiter } = limited(10_000);
    const stream = paced(limiter);
    stream.resume();
    expect(stream.write(Buffer.alloc(100_000))).toBe(false);
    let isDrained = false;
    stream.once('drain', () => (isDrained = true));
    await clock.advance(5000);
    expect(isDrained).toBe(false);
    await clock.advance(6000);
    expect(isDrained).toBe(true);
  });

  test('takes a new rate in the middle of a chunk', async () => {
    const { clock, limiter } = limited(1);
    const whole = buffer(Readable.from([Buffer.alloc(100_000)]).pipe(paced(limiter)));
    await clock.advance(1);
    limiter.setRate(Infinity);
    expect((await whole).length).toBe(100_000);
    expect(clock.pending).toBe(0);
  });

  test('two streams share one limiter fairly', async () => {
    const { clock, limiter } = limited(10_000);
    const passed = [0, 0];
    for (const index of [0, 1] as const) {
      const stream = paced(limiter);
      stream.on('data', (chunk: Buffer) => (passed[index] = (passed[index] ?? 0) + chunk.length));
      stream.end(Buffer.alloc(1_000_000));
    }
    await clock.advance(20_000);
    expect(passed).toEqual([100_000, 100_000]);
  });

  test('leaves no timer behind when it is destroyed, waiting for the rate or for its reader', async () => {
    const { clock, limiter } = limited(10_000);
    const waiting = paced(limiter);
    waiting.resume().write(Buffer.alloc(5000));
    const heldUp = paced(limiter);
    heldUp.write(Buffer.alloc(1_000_000));
    await clock.advance(100_000);
    waiting.write(Buffer.alloc(500_000));
    await settled();
    expect(clock.pending).toBe(1);
    waiting.destroy();
    heldUp.destroy();
    await settled();
    expect(clock.pending).toBe(0);
  });

  test('ends a pipeline when the signal fires', async () => {
    const { clock, limiter } = limited(10_000);
    const abort = new AbortController();
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const source = Readable.from([Buffer.alloc(1_000_000)]);
    const done = pipeline(source, paced(limiter, { signal: abort.signal }), sink);
    await clock.advance(500);
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect([clock.pending, sink.destroyed]).toEqual([0, true]);
    const late = paced(limiter, { signal: abort.signal });
    await expect(buffer(late)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
