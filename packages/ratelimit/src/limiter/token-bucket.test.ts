import { describe, expect, test } from '@jest/globals';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  test('starts empty', () => {
    const bucket = new TokenBucket({ rate: 1000, now: 0 });
    expect(bucket.take(500, 0)).toBe(500);
    expect(bucket.take(500, 500)).toBe(0);
  });

  test('starts full where it is told to, and has no more than that', () => {
    const bucket = new TokenBucket({ rate: 1000, burst: 100, isFull: true, now: 0 });
    expect(bucket.take(100, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBe(1);
    const unlimited = new TokenBucket({ rate: Infinity, isFull: true, now: 0 });
    unlimited.setRate(1000, 0);
    expect(unlimited.take(1, 0)).toBe(1);
  });

  test('earns no more than its ceiling in an idle hour', () => {
    const bucket = new TokenBucket({ rate: 1000, burst: 100, now: 0 });
    expect(bucket.take(100, 3_600_000)).toBe(0);
    expect(bucket.take(1, 3_600_000)).toBe(1);
  });

  test('lets more than its ceiling pass, slowly, and nothing else along with it', () => {
    const bucket = new TokenBucket({ rate: 1000, burst: 100, now: 0 });
    expect(bucket.take(5000, 0)).toBe(5000);
    expect(bucket.take(5000, 4999)).toBe(1);
    expect(bucket.take(5000, 9999)).toBe(0);
    expect(bucket.take(1, 9999)).toBe(1);
  });

  test('what was saved for a request that gives up does not stay above the ceiling', () => {
    const bucket = new TokenBucket({ rate: 1000, burst: 100, now: 0 });
    expect(bucket.take(1000, 900)).toBe(900); // the idle time before it counts for no more than the ceiling
    expect(bucket.take(1000, 1700)).toBe(100);
    bucket.giveUp();
    expect(bucket.take(101, 1700)).toBe(1);
  });

  test('a change of the rate drops credit, but not what a request has saved up', () => {
    const bucket = new TokenBucket({ rate: 1000, burst: 100, now: 0 });
    bucket.setRate(2000, 100);
    expect(bucket.take(1000, 100)).toBe(500);
    bucket.setRate(500, 300);
    expect(bucket.take(1000, 300)).toBe(1200);
    bucket.setRate(Infinity, 300);
    expect(bucket.take(1e9, 300)).toBe(0);
    bucket.setRate(500, 200_000);
    expect(bucket.take(1, 200_000)).toBe(2);
  });

  test('its ceiling follows the rate unless it was given', () => {
    const bucket = new TokenBucket({ rate: 1000, now: 0 });
    expect(bucket.burst).toBe(64 * 1024);
    bucket.setRate(100 * 2 ** 20, 0);
    expect(bucket.burst).toBe(10 * 2 ** 20);
    bucket.setRate(Infinity, 0);
    expect(bucket.burst).toBe(Infinity);
    expect(new TokenBucket({ rate: 1e9, burst: 5, now: 0 }).burst).toBe(5);
  });

  test('a clock that stands still or goes back earns nothing', () => {
    const bucket = new TokenBucket({ rate: 1000, now: 100 });
    for (const now of [100, 50, 100]) expect(bucket.take(10, now)).toBe(10);
  });

  test.each([0, -1, NaN])('%p is neither rate nor burst', (value) => {
    const refused = expect.objectContaining({ code: 'RATE_INVALID', kind: 'usage' }) as never;
    expect(() => new TokenBucket({ rate: value, now: 0 })).toThrow(refused);
    expect(() => new TokenBucket({ rate: 1, burst: value, now: 0 })).toThrow(refused);
    expect(() => new TokenBucket({ rate: 1, now: 0 }).setRate(value, 0)).toThrow(refused);
  });
});
