import { describe, expect, test } from '@jest/globals';
import type { Xenstore } from '../xenstore.ts';
import type { TestGround } from './test-ground.ts';

export function transactionCases(at: TestGround): void {
  describe('transactions', () => {
    test('show their writes to themselves at once, to others at the end', async () => {
      const { store, other, root } = at;
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
      const { store, root } = at;
      const failing = store.transaction(async (tx) => {
        await tx.write(`${root}/a`, '1');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await store.directory(root)).toEqual([]);
    });

    test('run again when another client changed what they had read', async () => {
      const { store, other, root } = at;
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

    test('read a node again as they read it first', async () => {
      const { store, other, root } = at;
      await store.mkdir(`${root}/a`);
      const seen: unknown[] = [];
      await store.transaction(async (tx) => {
        seen.push(await tx.read(`${root}/a`), await tx.directory(`${root}/a`));
        if (seen.length === 2) await other.write(`${root}/a`, 'changed');
        if (seen.length === 2) await other.write(`${root}/a/b`, '');
        seen.push(await tx.read(`${root}/a`), await tx.directory(`${root}/a`));
      });
      expect(seen).toEqual(['', [], '', [], 'changed', ['b'], 'changed', ['b']]);
    });

    test('run again when what they had missed appeared', async () => {
      const { store, other, root } = at;
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
      const { store, other, root } = at;
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
      const { store, other, root } = at;
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
      const { store, other, root } = at;
      await store.write(`${root}/count`, '0');
      const increment = (connection: Xenstore): Promise<void> =>
        connection.transaction(async (tx) => {
          await tx.write(`${root}/count`, String(Number(await tx.read(`${root}/count`)) + 1));
        });
      await Promise.all([store, other, store, other, store].map(increment));
      expect(await store.read(`${root}/count`)).toBe('5');
    });

    test('end with the signal', async () => {
      const { store, root } = at;
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
}
