import { describe, expect, test } from '@jest/globals';
import type { TestGround } from './test-ground.ts';

export function permissionCases(at: TestGround): void {
  describe('permissions', () => {
    test('are inherited, and can be set', async () => {
      const { store, other, root } = at;
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
      const { store, root } = at;
      const missing = { code: 'XENSTORE_ENOENT', details: { path: `${root}/a` } };
      await expect(store.getPermissions(`${root}/a`)).rejects.toMatchObject(missing);
      const owner = [{ domid: 0, access: 'none' }] as const;
      await expect(store.setPermissions(`${root}/a`, owner)).rejects.toMatchObject(missing);
      await expect(store.setPermissions(root, [])).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
    });

    test('need an owner that exists; others may be missing', async () => {
      const { store, other, root } = at;
      const nobodys = store.setPermissions(root, [{ domid: 32_000, access: 'none' }]);
      await expect(nobodys).rejects.toMatchObject({ code: 'XENSTORE_ENOENT' });
      const early = [{ domid: 0, access: 'none' }, { domid: 32_000, access: 'read' }] as const; // prettier-ignore
      await store.setPermissions(root, early);
      expect(await other.getPermissions(root)).toEqual(early);
    });
  });
}
