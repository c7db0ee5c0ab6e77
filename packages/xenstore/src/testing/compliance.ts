import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Watch, Xenstore } from '../xenstore.ts';

const ROOT = '/vm-tools-compliance';

/** What every xenstored must do for us: run against the one in memory, and against the real one in the lab. */
export function xenstoreCompliance(connect: () => Promise<Xenstore>): void {
  let store: Xenstore;
  /** Somebody else, on a connection of his own. */
  let other: Xenstore;
  /** A node that is this test's alone. */
  let root: string;
  let tests = 0;

  beforeAll(async () => {
    [store, other] = await Promise.all([connect(), connect()]);
    await store.rm(ROOT);
  });
  afterAll(async () => {
    await store.rm(ROOT);
    await Promise.all([store.close(), other.close()]);
  });
  beforeEach(async () => {
    tests += 1;
    root = `${ROOT}/${tests}`;
    await store.mkdir(root);
  });

  describe('nodes', () => {
    test.each([
      ['text', 'hello'],
      ['no text', ''],
      ['what is not ASCII', 'größe 日本 🦈 \u0001\t\n'],
      ['a NUL', 'a\0b\0'],
    ])('a value can be %s', async (_what, value) => {
      await store.write(`${root}/a`, value);
      expect(await other.read(`${root}/a`)).toBe(value);
    });

    test('a later value replaces the former', async () => {
      await store.write(`${root}/a`, 'a long one');
      await other.write(`${root}/a`, 'b');
      expect(await store.read(`${root}/a`)).toBe('b');
    });

    test('nodes above a new one appear, empty', async () => {
      await store.write(`${root}/a/b/c`, 'deep');
      await store.mkdir(`${root}/d/e`);
      expect(await store.read(`${root}/a/b`)).toBe('');
      expect(await store.read(`${root}/d`)).toBe('');
      expect(await store.read(`${root}/d/e`)).toBe('');
      expect((await store.directory(root))?.sort()).toEqual(['a', 'd']);
    });

    test('mkdir leaves an existing node as it is', async () => {
      await store.write(`${root}/a/b`, 'still here');
      await store.mkdir(`${root}/a`);
      await store.mkdir(`${root}/a/b`);
      expect(await store.read(`${root}/a/b`)).toBe('still here');
    });

    test('rm takes all below along, and does not mind what is missing', async () => {
      await store.write(`${root}/a/b/c`, '1');
      await store.write(`${root}/ab`, '2');
      await store.rm(`${root}/a`);
      expect(await store.read(`${root}/a/b/c`)).toBeUndefined();
      expect(await store.directory(root)).toEqual(['ab']);
      await store.rm(`${root}/a`);
      await store.rm(`${root}/a/b/c`);
    });

    test('a missing node reads undefined', async () => {
      expect(await store.read(`${root}/missing`)).toBeUndefined();
      expect(await store.read(`${root}/missing/more`)).toBeUndefined();
      expect(await store.directory(`${root}/missing`)).toBeUndefined();
    });

    test('a value may fill a message, and no more', async () => {
      const path = `${root}/long`;
      const value = 'x'.repeat(4096 - path.length - 1);
      await store.write(path, value);
      expect(await store.read(path)).toBe(value);
      const tooLong = store.write(path, `${value}y`);
      await expect(tooLong).rejects.toMatchObject({ code: 'XENSTORE_E2BIG', details: { path, bytes: 4097 } });
      expect(await store.read(path)).toBe(value);
    });

    test('many requests may be under way at once', async () => {
      const names = Array.from({ length: 200 }, (_, index) => String(index));
      await Promise.all(names.map((name) => store.write(`${root}/${name}`, `value ${name}`)));
      const values = await Promise.all(names.map((name) => store.read(`${root}/${name}`)));
      expect(values).toEqual(names.map((name) => `value ${name}`));
    });
  });

  describe('paths', () => {
    const bad = ['', 'a', 'a/b', '//', '/a//b', '/a/', '/a b', '/a\0b', '/ä', '/a.b', `/${'x'.repeat(2048)}`];
    const shown = bad.map((path) => [JSON.stringify(path.slice(0, 20)), path] as const);
    test.each(shown)('%s is refused', async (_shown, path) => {
      const refusal = { code: 'XENSTORE_EINVAL', details: { errno: 'EINVAL', path } };
      await expect(store.read(path)).rejects.toMatchObject(refusal);
      await expect(store.write(path, '')).rejects.toMatchObject(refusal);
      await expect(store.directory(path)).rejects.toMatchObject(refusal);
      await expect(store.rm(path)).rejects.toMatchObject(refusal);
      await expect(store.watch(path).next()).rejects.toMatchObject(refusal);
    });

    test('the top cannot be removed', async () => {
      await expect(store.rm('/')).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
    });
  });

  describe('directories', () => {
    test('list no names, or a few', async () => {
      expect(await store.directory(root)).toEqual([]);
      for (const name of ['z', 'a-_@', '0']) await store.write(`${root}/${name}`, '');
      expect((await store.directory(root))?.sort()).toEqual(['0', 'a-_@', 'z']);
      expect(await store.directory('/')).toContain(ROOT.slice(1));
    });

    test.each([
      ['just fit into a message', [1023, 1023, 1023, 1023]], // with their NULs, 4096 bytes
      ['are a byte too long for one', [1023, 1023, 1023, 1024]],
      ['fit two by two', [1900, 2000, 1950, 40, 2000, 1999]],
      ['are many', Array.from({ length: 300 }, (_, index) => 10 + (index % 40))],
    ])('list names that %s', async (_what, lengths) => {
      const names = lengths.map((length, index) => `${index}-`.padEnd(length, 'x')).sort();
      await Promise.all(names.map((name) => store.mkdir(`${root}/${name}`)));
      expect((await store.directory(root))?.sort()).toEqual(names);
      const inTransaction = await store.transaction((tx) => tx.directory(root));
      expect(inTransaction?.sort()).toEqual(names);
    });
  });

  describe('permissions', () => {
    test('are inherited, and can be set', async () => {
      const guest = [{ domid: 0, access: 'none' }, { domid: 7, access: 'read' }] as const; // prettier-ignore
      await store.setPermissions(root, guest);
      await store.mkdir(`${root}/a/b`);
      expect(await other.getPermissions(`${root}/a/b`)).toEqual(guest);
      const owned = [{ domid: 0, access: 'both' }, { domid: 7, access: 'write' }] as const; // prettier-ignore
      await store.setPermissions(`${root}/a`, owned);
      expect(await other.getPermissions(`${root}/a`)).toEqual(owned);
      expect(await other.getPermissions(`${root}/a/b`)).toEqual(guest);
    });

    test('need a node, and an owner', async () => {
      const missing = { code: 'XENSTORE_ENOENT', details: { path: `${root}/a` } };
      await expect(store.getPermissions(`${root}/a`)).rejects.toMatchObject(missing);
      const owner = [{ domid: 0, access: 'none' }] as const;
      await expect(store.setPermissions(`${root}/a`, owner)).rejects.toMatchObject(missing);
      await expect(store.setPermissions(root, [])).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
    });
  });

  describe('transactions', () => {
    test('show their writes to themselves at once, to others at the end', async () => {
      await store.write(`${root}/old`, '1');
      const result = await store.transaction(async (tx) => {
        await tx.write(`${root}/new`, '2');
        await tx.setPermissions(`${root}/new`, [{ domid: 0, access: 'read' }]);
        await tx.mkdir(`${root}/dir/sub`);
        await tx.rm(`${root}/old`);
        expect(await tx.read(`${root}/new`)).toBe('2');
        expect((await tx.directory(root))?.sort()).toEqual(['dir', 'new']);
        expect(await other.directory(root)).toEqual(['old']);
        expect(await store.directory(root)).toEqual(['old']);
        return 'done';
      });
      expect(result).toBe('done');
      expect((await other.directory(root))?.sort()).toEqual(['dir', 'new']);
      expect(await other.read(`${root}/new`)).toBe('2');
      expect(await other.getPermissions(`${root}/new`)).toEqual([{ domid: 0, access: 'read' }]);
    });

    test('leave nothing behind when the body throws', async () => {
      const failing = store.transaction(async (tx) => {
        await tx.write(`${root}/a`, '1');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await store.directory(root)).toEqual([]);
    });

    test('run again when somebody changed what they had read', async () => {
      await store.write(`${root}/count`, '1');
      let runs = 0;
      await store.transaction(async (tx) => {
        runs += 1;
        const count = Number(await tx.read(`${root}/count`));
        if (runs === 1) await other.write(`${root}/count`, '10');
        await tx.write(`${root}/count`, String(count + 1));
      });
      expect(runs).toBe(2);
      expect(await store.read(`${root}/count`)).toBe('11');
    });

    test('run again when what they had missed appeared', async () => {
      let runs = 0;
      const seen = await store.transaction(async (tx) => {
        runs += 1;
        const value = await tx.read(`${root}/a`);
        if (runs === 1) await other.write(`${root}/a`, 'there now');
        await tx.write(`${root}/b`, '');
        return value;
      });
      expect([runs, seen]).toEqual([2, 'there now']);
    });

    test('run again when what they see does not fit together any more', async () => {
      let runs = 0;
      await store.transaction(async (tx) => {
        runs += 1;
        await tx.directory(root);
        if (runs === 1) await other.write(`${root}/a`, '');
        await tx.rm(`${root}/a`);
      });
      expect(runs).toBe(2);
      expect(await store.directory(root)).toEqual([]);
    });

    test('do not disturb each other when they are about different nodes', async () => {
      await store.write(`${root}/a`, '0');
      await store.write(`${root}/b`, '0');
      let runs = 0;
      await store.transaction(async (tx) => {
        runs += 1;
        await tx.write(`${root}/a`, '1');
        await other.transaction((otherTx) => otherTx.write(`${root}/b`, '1'));
      });
      expect(runs).toBe(1);
      expect(await store.read(`${root}/b`)).toBe('1');
    });

    test('lose no count, with many at once', async () => {
      await store.write(`${root}/count`, '0');
      const increment = (connection: Xenstore): Promise<void> =>
        connection.transaction(async (tx) => {
          await tx.write(`${root}/count`, String(Number(await tx.read(`${root}/count`)) + 1));
        });
      await Promise.all([store, other, store, other, store].map(increment));
      expect(await store.read(`${root}/count`)).toBe('5');
    });

    test('end with the signal', async () => {
      const abort = new AbortController();
      const interrupted = store.transaction(
        async (tx) => {
          await tx.write(`${root}/a`, '1');
          abort.abort();
        },
        { signal: abort.signal },
      );
      await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect(await store.directory(root)).toEqual([]);
    });
  });

  describe('watches', () => {
    const next = async (watch: Watch): Promise<string | undefined> => (await watch.next()).value;

    test('tell at once, then of the path and of all below it, and of nothing else', async () => {
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
      const events: string[] = [];
      for await (const path of store.watch(root)) {
        events.push(path);
        if (events.length === 4) break;
        await other.write(`${root}/${events.length}`, '');
      }
      expect(events).toEqual([root, `${root}/1`, `${root}/2`, `${root}/3`]);
    });

    test('several on one path each hear all, and end alone', async () => {
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

    test('see what happens right after they were asked for', async () => {
      await using watch = store.watch(`${root}/a`);
      await store.write(`${root}/a/b`, '');
      expect([await next(watch), await next(watch)]).toEqual([`${root}/a`, `${root}/a/b`]);
    });

    test.each(['@introduceDomain', '@releaseDomain'])('%s can be watched', async (path) => {
      await using watch = store.watch(path);
      expect(await next(watch)).toBe(path);
    });

    test('end with the signal', async () => {
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
        { timeoutMs: 10_000, what: 'the backend to connect' },
      );
      expect(found).toBe('connected');
      expect([...new Set(seen)]).toEqual(['1', '2', '3', '4']);
    });

    test('waitFor gives up in time', async () => {
      const never = store.waitFor(root, async () => undefined, { timeoutMs: 20, what: 'a miracle' });
      await expect(never).rejects.toMatchObject({
        code: 'XENSTORE_TIMEOUT',
        kind: 'timeout',
        message: 'waited 20 ms for a miracle',
      });
    });
  });

  describe('domains', () => {
    test('that are there, and that are not', async () => {
      expect(await store.isDomainIntroduced(0)).toBe(true);
      expect(await store.isDomainIntroduced(32_000)).toBe(false);
      await expect(store.releaseDomain(32_000)).rejects.toMatchObject({ code: 'XENSTORE_ENOENT' });
      await expect(store.resumeDomain(32_000)).rejects.toMatchObject({ code: 'XENSTORE_ENOENT' });
    });
  });
}
