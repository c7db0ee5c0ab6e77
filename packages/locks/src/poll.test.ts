import { expect, test } from '@jest/globals';
import { poll } from './poll.ts';

const LONG_MS = 600_000;

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
