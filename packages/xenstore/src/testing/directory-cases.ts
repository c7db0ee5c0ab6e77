import { describe, expect, test } from '@jest/globals';
import type { TestGround } from './test-ground.ts';

export function directoryCases(at: TestGround): void {
  describe('directories', () => {
    test('list no names, or a few', async () => {
      const { store, root } = at;
      expect(await store.directory(root)).toEqual([]);
      for (const name of ['z', 'a-_@', '0']) await store.write(`${root}/${name}`, '');
      expect((await store.directory(root))?.sort()).toEqual(['0', 'a-_@', 'z']);
      expect(await store.directory('/')).toContain(root.split('/')[1]);
    });

    test('list names in the order in which they were made', async () => {
      const { store, root } = at;
      for (const name of ['z', 'a', 'm', '0']) await store.mkdir(`${root}/${name}/below`);
      await store.rm(`${root}/a`);
      await store.write(`${root}/z`, 'changed');
      await store.mkdir(`${root}/a`);
      expect(await store.directory(root)).toEqual(['z', 'm', '0', 'a']);
    });

    test.each([
      ['just fit into a message', [1023, 1023, 1023, 1023]], // with their NULs, 4096 bytes
      ['are a byte too long for one', [1023, 1023, 1023, 1024]],
      ['fit two by two', [1900, 2000, 1950, 40, 2000, 1999]],
      ['are many', Array.from({ length: 300 }, (_, index) => 10 + (index % 40))],
    ])('list names that %s', async (_what, lengths) => {
      const { store, root } = at;
      const names = lengths.map((length, index) => `${index}-`.padEnd(length, 'x')).sort();
      await Promise.all(names.map((name) => store.mkdir(`${root}/${name}`)));
      expect((await store.directory(root))?.sort()).toEqual(names);
      const inTransaction = await store.transaction((tx) => tx.directory(root));
      expect(inTransaction?.sort()).toEqual(names);
    });
  });
}
