import { expect, test } from '@jest/globals';
import { nextPauseMs, poll } from './poll.ts';

const LONG_MS = 600_000;

/** All that comes of itself, while no timer can ring. */
async function settle(): Promise<void> {
  for (let count = 0; count < 50; count += 1) await Promise.resolve();
}

test('tries until there is something, and not once more', async () => {
  const answers = [undefined, undefined, 'it', 'more'];
  expect(await poll(() => answers.shift(), { timeoutMs: LONG_MS, doing: 'waiting' })).toBe('it');
  expect(answers).toEqual(['more']);
});

test('tries once where there is no time at all, and takes what it finds', async () => {
  const none = { timeoutMs: 0, doing: 'waiting' };
  let calls = 0;
  const attempt = (): string | undefined => {
    calls += 1;
    return undefined;
  };
  expect(await poll(attempt, none)).toBeUndefined();
  expect(calls).toBe(1);
  expect(await poll(() => 'it', none)).toBe('it');
});

test('pauses grow, up to where a user would notice', () => {
  expect([10, 20, 80, 100, 160, 200].map(nextPauseMs)).toEqual([20, 40, 160, 200, 200, 200]);
});

test('an abort is not waited for to the end of a pause', async () => {
  const stop = new AbortController();
  let [calls, isOver] = [0, false];
  const attempt = (): undefined => void (calls += 1);
  const waiting = poll(attempt, { timeoutMs: LONG_MS, signal: stop.signal, doing: 'waiting' })
    .catch((thrown: unknown) => thrown)
    .finally(() => (isOver = true));
  await settle();
  expect(calls).toBe(1);
  stop.abort();
  await settle();
  expect(isOver).toBe(true);
  expect(await waiting).toMatchObject({ code: 'INTERRUPTED', message: expect.stringContaining('waiting') });
});

test('an abort during a pause ends it, and nothing is tried any more', async () => {
  const stop = new AbortController();
  let calls = 0;
  const attempt = (): undefined => {
    calls += 1;
    if (calls === 2) stop.abort();
  };
  await expect(
    poll(attempt, { timeoutMs: LONG_MS, signal: stop.signal, doing: 'waiting' }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(calls).toBe(2);
});
