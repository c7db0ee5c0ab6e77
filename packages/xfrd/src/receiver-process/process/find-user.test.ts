import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUser } from './find-user.ts';

const USERS = 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nother:x:7:8::/:/bin/false\n';

test('root lets it run as the user nobody, or as the one in the configuration', async () => {
  const here = await findUser('nobody', 0);
  expect(here?.uid).toBeGreaterThan(0);
  expect(here?.gid).toBeGreaterThan(0);
  await withUsers(USERS, async (passwd) => {
    expect(await findUser(undefined, 0, passwd)).toEqual({ name: 'nobody', uid: 65534, gid: 65534 });
    expect(await findUser('other', 0, passwd)).toEqual({ name: 'other', uid: 7, gid: 8 });
  });
});

test('where a package has made a user for it, that is the one', async () => {
  await withUsers(`${USERS}_xfrd:x:996:995::/:/usr/sbin/nologin\n`, async (passwd) => {
    expect(await findUser(undefined, 0, passwd)).toEqual({ name: '_xfrd', uid: 996, gid: 995 });
    expect(await findUser('nobody', 0, passwd)).toMatchObject({ name: 'nobody' });
  });
});

test('where there is none at all, it says so', async () => {
  await withUsers('root:x:0:0::/:/bin/sh\n', async (passwd) => {
    await expect(findUser(undefined, 0, passwd)).rejects.toMatchObject({ code: 'XFRD_USER' });
  });
});

async function withUsers(text: string, body: (passwd: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'users-'));
  try {
    await writeFile(join(folder, 'passwd'), text);
    await body(join(folder, 'passwd'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('another user than root stays that user', async () => {
  expect(await findUser(undefined, 1000)).toBeUndefined();
  await expect(findUser('nobody', 1000)).rejects.toMatchObject({ code: 'XFRD_USER', kind: 'usage' });
});

test.each(['root', 'no-such-user', ''])('%j is no user for it', async (name) => {
  await expect(findUser(name, 0)).rejects.toMatchObject({ code: 'XFRD_USER', kind: 'usage' });
});
