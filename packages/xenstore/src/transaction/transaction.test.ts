import { describe, expect, test } from '@jest/globals';
import { connectXenstore } from '../connect.ts';
import { MemoryXenstored } from '../server/memory-xenstored.ts';
import type { Xenstore } from '../xenstore.ts';

async function stores(random: () => number): Promise<{ store: Xenstore; other: Xenstore; pauses: number[] }> {
  const xenstored = new MemoryXenstored();
  const pauses: number[] = [];
  const backOff = { random, sleep: async (ms: number) => void pauses.push(ms) };
  const store = await connectXenstore({ stream: xenstored.connect(), backOff });
  return { store, other: await connectXenstore({ stream: xenstored.connect() }), pauses };
}

describe('a transaction that is always disturbed', () => {
  test('is given up after many tries, with growing pauses between them', async () => {
    const { store, other, pauses } = await stores(() => 0.5);
    let runs = 0;
    const busy = store.transaction(async (tx) => {
      await tx.write('/a', 'mine');
      await other.write('/a', String((runs += 1)));
    });
    await expect(busy).rejects.toMatchObject({ code: 'XENSTORE_BUSY', details: { tries: 40 } });
    expect([runs, pauses.length]).toEqual([40, 39]);
    expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 64, 125]);
    expect(Math.max(...pauses)).toBe(125);
    expect(await store.read('/a')).toBe('40');
  });

  test('pauses by chance', async () => {
    const chances = [0, 0.25, 0.75];
    const { store, other, pauses } = await stores(() => chances[pauses.length]!);
    await store.transaction(async (tx) => {
      await tx.write('/a', 'mine');
      if (pauses.length < 3) await other.write('/a', 'theirs');
    });
    expect(pauses).toEqual([0, 1, 6]);
    expect(await other.read('/a')).toBe('mine');
  });

  test('ends with the signal between two tries', async () => {
    const abort = new AbortController();
    const { store, other } = await stores(() => {
      abort.abort();
      return 0;
    });
    const interrupted = store.transaction(
      async (tx) => {
        await tx.write('/a', 'mine');
        await other.write('/a', 'theirs');
      },
      { signal: abort.signal },
    );
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

test('many at once on one connection do not disturb each other', async () => {
  const { store } = await stores(() => 0);
  let tries = 0;
  const makeDomain = (domid: number): Promise<void> =>
    store.transaction(async (tx) => {
      tries += 1;
      await tx.write(`/local/domain/${domid}/name`, `guest${domid}`);
    });
  const domids = Array.from({ length: 100 }, (_, index) => index + 1);
  await Promise.all(domids.map(makeDomain));
  expect(await store.directory('/local/domain')).toHaveLength(100);
  expect(tries).toBe(domids.length);
});
