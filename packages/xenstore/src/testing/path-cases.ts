import { describe, expect, test } from '@jest/globals';
import type { TestGround } from './test-ground.ts';

export function pathCases(at: TestGround): void {
  describe('paths', () => {
    const isRefused = async ({ store }: TestGround, path: string): Promise<void> => {
      const refusal = { code: 'XENSTORE_EINVAL', details: { errno: 'EINVAL', path } };
      await expect(store.read(path)).rejects.toMatchObject(refusal);
      await expect(store.write(path, '')).rejects.toMatchObject(refusal);
      await expect(store.directory(path)).rejects.toMatchObject(refusal);
      await expect(store.rm(path)).rejects.toMatchObject(refusal);
      await expect(store.watch(path).next()).rejects.toMatchObject(refusal);
    };
    const bad = ['', 'a', 'a/b', '//', '/a//b', '/a/', '/a b', '/a\0b', '/ä', '/a.b'];
    const shown = bad.map((path) => [JSON.stringify(path), path] as const);
    test.each(shown)('%s is refused', (_shown, path) => isRefused(at, path));

    test('one of more than 2048 bytes is refused, or may be used as any other', async () => {
      const path = `/${'x'.repeat(2048)}`;
      if (at.pathBytes !== undefined) return isRefused(at, path);
      expect(await at.store.read(path)).toBeUndefined();
      await at.store.write(path, 'long');
      expect(await at.store.read(path)).toBe('long');
      await at.store.rm(path);
    });

    test('the top cannot be removed', async () => {
      const { store } = at;
      await expect(store.rm('/')).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
    });
  });
}
