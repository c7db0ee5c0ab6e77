import { describe, expect, test } from '@jest/globals';
import type { TestGround } from './test-ground.ts';

export function domainCases(at: TestGround): void {
  describe('domains', () => {
    test('that are there, and that are not', async () => {
      const { store } = at;
      expect(await store.isDomainIntroduced(0)).toBe(true);
      expect(await store.isDomainIntroduced(32_000)).toBe(false);
      await expect(store.releaseDomain(32_000)).rejects.toMatchObject({ code: 'XENSTORE_ENOENT' });
      await expect(store.resumeDomain(32_000)).rejects.toMatchObject({ code: 'XENSTORE_ENOENT' });
    });

    test('are introduced only when they exist, with an event channel', async () => {
      const { store } = at;
      await expect(store.introduceDomain(32_000, 1n, 0)).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
      const missing = store.introduceDomain(32_000, 1n, 1);
      await expect(missing).rejects.toMatchObject({ code: expect.stringMatching(/^XENSTORE_E/) });
      expect(await store.isDomainIntroduced(32_000)).toBe(false);
    });
  });
}
