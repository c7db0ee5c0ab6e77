import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatedHost } from '@vm-tools/xen-sim';

/** Writes a disk from which a bootloader of a simulated host takes a kernel. @returns its path */
export async function bootableDisk(host: Pick<SimulatedHost, 'root' | 'kernel'>): Promise<string> {
  const folder = join(host.root, 'var/log/images'); // which the state of a host leaves out
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'boot.img');
  await copyFile(host.kernel, path);
  return path;
}
