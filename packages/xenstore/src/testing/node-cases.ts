import { describe, expect, test } from '@jest/globals';
import type { TestGround } from './test-ground.ts';

export function nodeCases(at: TestGround): void {
  describe('nodes', () => {
    test.each([
      ['text', 'hello'],
      ['no text', ''],
      ['what is not ASCII', 'größe 日本 🦈 \u0001\t\n'],
      ['a NUL', 'a\0b\0'],
    ])('a value can be %s', async (_what, value) => {
      const { store, other, root } = at;
      await store.write(`${root}/a`, value);
      expect(await other.read(`${root}/a`)).toBe(value);
    });

    test('a later value replaces the former', async () => {
      const { store, other, root } = at;
      await store.write(`${root}/a`, 'a long one');
      await other.write(`${root}/a`, 'b');
      expect(await store.read(`${root}/a`)).toBe('b');
    });

    test('nodes above a new one appear, empty', async () => {
      const { store, root } = at;
      await store.write(`${root}/a/b/c`, 'deep');
      await store.mkdir(`${root}/d/e`);
      expect(await store.read(`${root}/a/b`)).toBe('');
      expect(await store.read(`${root}/d`)).toBe('');
      expect(await store.read(`${root}/d/e`)).toBe('');
      expect((await store.directory(root))?.sort()).toEqual(['a', 'd']);
    });

    test('mkdir leaves an existing node as it is', async () => {
      const { store, root } = at;
      await store.write(`${root}/a/b`, 'still here');
      await store.mkdir(`${root}/a`);
      await store.mkdir(`${root}/a/b`);
      expect(await store.read(`${root}/a/b`)).toBe('still here');
    });

    test('rm takes all below along, and does not mind what is missing', async () => {
      const { store, root } = at;
      await store.write(`${root}/a/b/c`, '1');
      await store.write(`${root}/ab`, '2');
      await store.rm(`${root}/a`);
      expect(await store.read(`${root}/a/b/c`)).toBeUndefined();
      expect(await store.directory(root)).toEqual(['ab']);
      await store.rm(`${root}/a`);
      await store.rm(`${root}/a/b/c`);
    });

    test('a missing node reads undefined', async () => {
      const { store, root } = at;
      expect(await store.read(`${root}/missing`)).toBeUndefined();
      expect(await store.read(`${root}/missing/more`)).toBeUndefined();
      expect(await store.directory(`${root}/missing`)).toBeUndefined();
    });

    test('a value may fill a message, and no more', async () => {
      const { store, root } = at;
      const path = `${root}/long`;
      const value = 'x'.repeat(4096 - path.length - 1);
      await store.write(path, value);
      expect(await store.read(path)).toBe(value);
      const tooLong = store.write(path, `${value}y`);
      await expect(tooLong).rejects.toMatchObject({ code: 'XENSTORE_E2BIG', details: { path, bytes: 4097 } });
      expect(await store.read(path)).toBe(value);
    });

    test('many requests may be under way at once', async () => {
      const { store, root } = at;
      const names = Array.from({ length: 200 }, (_, index) => String(index));
      await Promise.all(names.map((name) => store.write(`${root}/${name}`, `value ${name}`)));
      const values = await Promise.all(names.map((name) => store.read(`${root}/${name}`)));
      expect(values).toEqual(names.map((name) => `value ${name}`));
    });
  });
}
