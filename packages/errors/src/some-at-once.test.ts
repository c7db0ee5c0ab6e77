import { expect, test } from '@jest/globals';
import { someAtOnce } from './some-at-once.ts';

test('no more than so many at the same time, and the results in order', async () => {
  let running = 0;
  let most = 0;
  const results = await someAtOnce([5, 4, 3, 2, 1], 2, async (turns) => {
    most = Math.max(most, (running += 1));
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    running -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10]);
  expect(most).toBe(2);
});

test('a failure is told', async () => {
  await expect(someAtOnce([1], 4, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await someAtOnce([], 4, () => Promise.resolve(1))).toEqual([]);
});

test('behind a failure no other is begun, and those under way end first', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await Promise.resolve();
    if (item === 1) throw new Error('no');
    await Promise.resolve();
    ended.push(item);
  };
  await expect(someAtOnce([1, 2, 3, 4], 2, work)).rejects.toThrow('no');
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});
