import { expect, test } from '@jest/globals';
import { Turns } from './turns.ts';

test('come one after the other, in their order', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = async (name: string): Promise<void> => {
    using _turn = await turns.take();
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
  };
  await Promise.all(['a', 'b', 'c'].map(work));
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('an interrupted caller waits no longer, and keeps no other waiting', async () => {
  const turns = new Turns();
  const abort = new AbortController();
  const first = await turns.take();
  const second = turns.take(abort.signal);
  const third = turns.take();
  abort.abort();
  (await second)[Symbol.dispose]();
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});
