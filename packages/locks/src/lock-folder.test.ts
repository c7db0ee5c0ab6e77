import { beforeEach, expect, jest, test } from '@jest/globals';
import { chmodSync, mkdtempSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLockFolder } from './lock-folder.ts';

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'vm-tools-locks-')), 'run/domains');
});

const mode = (): number => statSync(folder).mode & 0o777;

test('is made for its user alone, and found again', async () => {
  await makeLockFolder(folder);
  expect(mode()).toBe(0o700);
  await makeLockFolder(folder);
});

test('one that others could write to is closed to them', async () => {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  await makeLockFolder(folder);
  expect(mode()).toBe(0o700);
});

test('is refused when it is a link, no folder, or made by another user', async () => {
  mkdirSync(join(folder, 'real'), { recursive: true });
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  const refusal = (why: string): object => ({
    code: 'LOCK_FOLDER',
    hint: expect.any(String),
    message: expect.stringContaining(why),
  });
  await expect(makeLockFolder(join(folder, 'link'))).rejects.toMatchObject(refusal('is a symbolic link'));
  await expect(makeLockFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'LOCK_FAILED' });
  const owner = process.geteuid?.();
  const geteuid = jest.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(4711);
  try {
    await expect(makeLockFolder(join(folder, 'real'))).rejects.toMatchObject(
      refusal(`belongs to the user ${owner}, not to 4711`),
    );
  } finally {
    geteuid.mockRestore();
  }
});
