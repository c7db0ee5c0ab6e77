import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { findRoot } from './find-root.ts';

const { VM_TOOLS_ROOT, VM_TOOLS_SIM } = process.env;

afterEach(() => {
  Object.assign(process.env, { VM_TOOLS_ROOT, VM_TOOLS_SIM });
  if (VM_TOOLS_ROOT === undefined) delete process.env['VM_TOOLS_ROOT'];
  if (VM_TOOLS_SIM === undefined) delete process.env['VM_TOOLS_SIM'];
});

test('a real host has VM_TOOLS_ROOT or /', async () => {
  delete process.env['VM_TOOLS_ROOT'];
  expect(await findRoot('xen:')).toBe('/');
  process.env['VM_TOOLS_ROOT'] = '/mnt';
  expect(await findRoot('xen:')).toBe('/mnt');
});

test('a root into which other users may put links is refused', async () => {
  const root = await mkdtemp(join(tmpdir(), 'root-'));
  process.env['VM_TOOLS_ROOT'] = root;
  expect(await findRoot('xen:')).toBe(root);
  await chmod(root, 0o777);
  await expect(findRoot('xen:')).rejects.toMatchObject({
    code: 'HOST_ROOT_UNSAFE',
    hint: `chmod go-w ${root}`,
  });
  await chmod(root, 0o700);
  if (process.getuid?.() === 0) {
    await chown(root, 65534, 65534);
    await expect(findRoot('xen:')).rejects.toMatchObject({
      code: 'HOST_ROOT_UNSAFE',
      message: expect.stringContaining('belongs to another user'),
    });
  }
  await rm(root, { recursive: true });
});

test('a simulated host has its own, whatever the environment says', async () => {
  Object.assign(process.env, { VM_TOOLS_ROOT: '/mnt', VM_TOOLS_SIM: '/run/sims' });
  expect(await findRoot('sim:a')).toBe('/run/sims/a/root');
});

test('what can be no name of a simulated host is refused before anything is opened', async () => {
  await expect(findRoot('sim:../a')).rejects.toMatchObject({ code: 'XEN_SIM_NAME', kind: 'usage' });
});
