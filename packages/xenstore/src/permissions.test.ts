import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePermissions, encodePermissions } from './permissions.ts';

test('permissions read as they were written', () => {
  const access = fc.constantFrom('none', 'read', 'write', 'both');
  const permission = fc.record({ domid: fc.nat({ max: 32_767 }), access });
  fc.assert(
    fc.property(fc.array(permission), (permissions) => {
      expect(decodePermissions(encodePermissions(permissions))).toEqual(permissions);
    }),
  );
});

test('are letters and numbers on the wire', () => {
  const permissions = [{ domid: 0, access: 'none' }, { domid: 15, access: 'both' }] as const; // prettier-ignore
  expect(encodePermissions(permissions).toString()).toBe('n0\0b15\0');
});

test.each(['x1\0', 'n\0', 'n-1\0', 'r1 \0', '\0'])('%j is no list of permissions', (text) => {
  const refused = expect.objectContaining({ code: 'XENSTORE_PROTOCOL' });
  expect(() => decodePermissions(Buffer.from(text))).toThrow(refused);
});
