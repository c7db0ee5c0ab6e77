import { describe, expect, test } from '@jest/globals';
import type { TestGround } from './test-ground.ts';

export function pathCases(at: TestGround): void {
  describe('paths', () => {
    const bad = ['', 'a', 'a/b', '//', '/a//b', '/a/', '/a b', '/a\0b', '/ä', '/a.b', `/${'x'.repeat(2048)}`];
    const shown = bad.map((path) => [JSON.stringify(path.slice(0, 20)), path] as const);
    test.each(shown)('%s is refused', async (_shown, path) => {
      const { store } = at;
      const refusal = { code: 'XENSTORE_EINVAL', details: { errno: 'EINVAL', path } };
      await expect(store.read(path)).rejects.toMatchObject(refusal);
      await expect(store.write(path, '')).rejects.toMatchObject(refusal);
      await expect(store.directory(path)).rejects.toMatchObject(refusal);
      await expect(store.rm(path)).rejects.toMatchObject(refusal);
      await expect(store.watch(path).next()).rejects.toMatchObject(refusal);
    });

    test('the top cannot be removed', async () => {
      const { store } = at;
      await expect(store.rm('/')).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
    });
  });
}
