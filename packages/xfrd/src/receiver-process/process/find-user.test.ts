import { expect, test } from '@jest/globals';
import { findUser } from './find-user.ts';

test('root lets it run as the user nobody, or as the one in the configuration', async () => {
  const nobody = await findUser(undefined, 0);
  expect(nobody).toMatchObject({ name: 'nobody' });
  expect(nobody?.uid).toBeGreaterThan(0);
  expect(nobody?.gid).toBeGreaterThan(0);
  expect(await findUser('nobody', 0)).toEqual(nobody);
});

test('another user than root stays that user', async () => {
  expect(await findUser(undefined, 1000)).toBeUndefined();
  await expect(findUser('nobody', 1000)).rejects.toMatchObject({ code: 'XFRD_USER', kind: 'usage' });
});

test.each(['root', 'no-such-user', ''])('%j is no user for it', async (name) => {
  await expect(findUser(name, 0)).rejects.toMatchObject({ code: 'XFRD_USER', kind: 'usage' });
});
