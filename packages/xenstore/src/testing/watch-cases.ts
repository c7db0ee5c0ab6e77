import { describe, expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import type { Watch } from '../watch/watch.ts';
import type { TestGround } from './test-ground.ts';

export function watchCases(at: TestGround): void {
  describe('watches', () => {
    const next = async (watch: Watch): Promise<string | undefined> => (await watch.next()).value;

    test('tell at once, then of the path and of all below it, and of nothing else', async () => {
      const { store, other, root } = at;
      await using watch = store.watch(`${root}/a`);
      expect(await next(watch)).toBe(`${root}/a`);
      await other.write(`${root}/ab`, 'a sibling');
      await other.write(root, 'the parent');
      await other.read(`${root}/a`);
      await other.write(`${root}/a/b`, '1');
      expect(await next(watch)).toBe(`${root}/a/b`);
      await store.write(`${root}/a`, '2');
      expect(await next(watch)).toBe(`${root}/a`);
      await other.mkdir(`${root}/a/c/d`);
      expect(await next(watch)).toBe(`${root}/a/c/d`);
      await other.mkdir(`${root}/a/c`); // it is there already: no event
      await other.setPermissions(`${root}/a/b`, [{ domid: 0, access: 'read' }]);
      expect(await next(watch)).toBe(`${root}/a/b`);
      await other.rm(`${root}/a/c`);
      expect(await next(watch)).toBe(`${root}/a/c`);
      await other.rm(`${root}/a/missing`);
      await other.rm(root);
      expect(await next(watch)).toBe(`${root}/a`);
    });

    test('in loops', async () => {
      const { store, other, root } = at;
      const events: string[] = [];
      for await (const path of store.watch(root)) {
        events.push(path);
        if (events.length === 4) break;
        await other.write(`${root}/${events.length}`, '');
      }
      expect(events).toEqual([root, `${root}/1`, `${root}/2`, `${root}/3`]);
    });

    test('several on one path each hear all, and end alone', async () => {
      const { store, other, root } = at;
      const first = store.watch(root);
      await using second = store.watch(root);
      await using third = other.watch(root);
      for (const watch of [first, second, third]) expect(await next(watch)).toBe(root);
      await store.write(`${root}/a`, '');
      for (const watch of [first, second, third]) expect(await next(watch)).toBe(`${root}/a`);
      await first.return();
      await store.write(`${root}/b`, '');
      for (const watch of [second, third]) expect(await next(watch)).toBe(`${root}/b`);
      expect(await first.next()).toEqual({ done: true, value: undefined });
    });

    test('hear of a transaction when it is committed, once for each node, and never when it is not', async () => {
      const { store, other, root } = at;
      for (const name of ['a', 'b', 'before', 'after']) await store.write(`${root}/${name}`, '');
      await using watch = store.watch(root);
      await next(watch);
      await other.transaction(async (tx) => {
        await tx.write(`${root}/a`, '1');
        await tx.write(`${root}/a`, '2');
        await tx.write(`${root}/b`, '1');
        await store.write(`${root}/before`, '1');
      });
      const events = [await next(watch), await next(watch), await next(watch)];
      expect(events[0]).toBe(`${root}/before`);
      expect(events.slice(1).sort()).toEqual([`${root}/a`, `${root}/b`]);
      const failing = other.transaction(async (tx) => {
        await tx.write(`${root}/a`, '3');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await other.write(`${root}/after`, '1');
      expect(await next(watch)).toBe(`${root}/after`);
    });

    test('hear of a transaction in the order in which it came to the nodes', async () => {
      const { store, other, root } = at;
      for (const name of ['a', 'b', 'c']) await store.write(`${root}/${name}`, '');
      await using watch = store.watch(root);
      await next(watch);
      await other.transaction(async (tx) => {
        await tx.read(`${root}/c`);
        await tx.write(`${root}/b`, '1');
        await tx.write(`${root}/a`, '1');
        await tx.write(`${root}/c`, '1');
        await tx.write(`${root}/d`, 'comes and goes');
        await tx.rm(`${root}/d`);
      });
      await other.write(`${root}/e`, 'the end');
      const events = [await next(watch), await next(watch), await next(watch), await next(watch)];
      expect(events).toEqual(['c', 'b', 'a', 'e'].map((name) => `${root}/${name}`));
    });

    test('hear of what a transaction wrote, though it then went along with the node above', async () => {
      const { store, other, root } = at;
      await store.write(`${root}/a/b`, '');
      await using watch = store.watch(root);
      await next(watch);
      await other.transaction(async (tx) => {
        await tx.write(`${root}/a/b`, '1');
        await tx.rm(`${root}/a`);
      });
      expect([await next(watch), await next(watch)]).toEqual([`${root}/a/b`, `${root}/a`]);
    });

    test('hear once of a tree that is removed: each of its own path, those above of its top', async () => {
      const { store, other, root } = at;
      await store.write(`${root}/a/b/c`, '');
      await using above = store.watch(root);
      await using top = other.watch(`${root}/a`);
      await using below = other.watch(`${root}/a/b`);
      for (const watch of [above, top, below]) await next(watch);
      await store.rm(`${root}/a`);
      await store.write(`${root}/a/b`, 'the end');
      expect([await next(above), await next(above)]).toEqual([`${root}/a`, `${root}/a/b`]);
      expect([await next(top), await next(top)]).toEqual([`${root}/a`, `${root}/a/b`]);
      expect(await next(below)).toBe(`${root}/a/b`); // the removal, and perhaps the end in one
    });

    test('see what happens right after they were asked for', async () => {
      const { store, root } = at;
      await using watch = store.watch(`${root}/a`);
      await store.write(`${root}/a/b`, '');
      expect([await next(watch), await next(watch)]).toEqual([`${root}/a`, `${root}/a/b`]);
    });

    test.each(['@introduceDomain', '@releaseDomain'])('%s can be watched', async (path) => {
      const { store } = at;
      await using watch = store.watch(path);
      expect(await next(watch)).toBe(path);
    });

    test('end with the signal', async () => {
      const { store, root } = at;
      const abort = new AbortController();
      const watch = store.watch(root, { signal: abort.signal });
      await next(watch);
      const waiting = next(watch);
      abort.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await expect(store.watch(root, { signal: abort.signal }).next()).rejects.toMatchObject({
        code: 'INTERRUPTED',
      });
    });

    test('waitFor looks at once, and again at every change', async () => {
      const { store, other, root } = at;
      await store.write(`${root}/state`, '1');
      const seen: (string | undefined)[] = [];
      const found = await store.waitFor(
        `${root}/state`,
        async () => {
          const state = await store.read(`${root}/state`);
          seen.push(state);
          if (state === '4') return 'connected';
          await other.write(`${root}/state`, String(Number(state) + 1));
          return undefined;
        },
        { timeoutMs: patient(60_000), what: 'the backend to connect' },
      );
      expect(found).toBe('connected');
      expect([...new Set(seen)]).toEqual(['1', '2', '3', '4']);
    });

    test('waitFor gives up in time', async () => {
      const { store, root } = at;
      const never = store.waitFor(root, async () => undefined, { timeoutMs: 20, what: 'a miracle' });
      await expect(never).rejects.toMatchObject({
        code: 'XENSTORE_TIMEOUT',
        kind: 'timeout',
        message: 'waited 20 ms for a miracle',
      });
    });
  });
}
