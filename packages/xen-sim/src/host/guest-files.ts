import { randomBytes } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeAside } from '@vm-tools/write-file';
import { guestKernel } from './guest-kernel.ts';
import { makePrivateFolder } from './private-folder.ts';

/**
 * Prepares a host as an operator does for guests that move between hosts: puts their kernel into the same folder of
 * each, and allows guests from elsewhere to be started with it. All simulated hosts of a user have that folder in
 * common.
 *
 * @param link a second path of it on the host
 * @returns the path of the kernel
 */
export async function prepareGuestFiles(root: string, link: string): Promise<string> {
  const folder = join(tmpdir(), `vm-tools-kernels-${process.getuid?.() ?? 0}`);
  await makePrivateFolder(folder);
  const kernel = join(folder, 'kernel');
  // Others may start guests with it at the same time.
  await writeAside(kernel, guestKernel(), { mode: 0o644, synced: 'nothing' });
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { force: true });
  await symlink(kernel, link);
  const rules = join(root, 'etc/vm-tools/places.json');
  await mkdir(dirname(rules), { recursive: true });
  await writeFile(rules, `${JSON.stringify({ kernels: [folder] })}\n`);
  // It would be made when the first guest is saved, and look as if that had left something behind.
  const key = join(root, 'var/lib/vm-tools/image.key');
  await mkdir(dirname(key), { recursive: true });
  await writeFile(key, randomBytes(32), { mode: 0o600 });
  return kernel;
}
