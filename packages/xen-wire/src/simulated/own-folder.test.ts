import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { connectSimulatedHost } from './connect.ts';
import { requireOwnFolder } from './own-folder.ts';

const UNSAFE = { code: 'XEN_SIM_FOLDER_UNSAFE', hint: expect.any(String) };

test('no host is asked in a folder that others may look into, or behind a link', async () => {
  const base = await mkdtemp(join(tmpdir(), 'own-'));
  const { VM_TOOLS_SIM: before } = process.env;
  try {
    await requireOwnFolder(base);
    await requireOwnFolder(join(base, 'none'));
    await mkdir(join(base, 'open'));
    await chmod(join(base, 'open'), 0o755);
    await expect(requireOwnFolder(join(base, 'open'))).rejects.toMatchObject(UNSAFE);
    await symlink(base, join(base, 'link'));
    await expect(requireOwnFolder(join(base, 'link'))).rejects.toMatchObject(UNSAFE);
    process.env['VM_TOOLS_SIM'] = join(base, 'open');
    await expect(connectSimulatedHost('a')).rejects.toMatchObject(UNSAFE);
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, 'VM_TOOLS_SIM');
    else process.env['VM_TOOLS_SIM'] = before;
    await rm(base, { recursive: true });
  }
});
