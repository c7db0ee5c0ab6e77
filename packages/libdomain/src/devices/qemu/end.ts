import type { QemuEnd } from '@vm-tools/dom0';
import type { Host } from '../../host.ts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prune } from '../nodes/remove-device-nodes.ts';
import { findQemu } from './find.ts';
import { modelPath, pidPath, qmpPath } from './paths.ts';

/** Ends the qemu of a domain, of whichever toolstack, and removes what it leaves. Nothing to do when there is none. */
export async function endQemu(host: Host, domid: number, how: QemuEnd): Promise<void> {
  const qemu = await findQemu(host, domid);
  if (qemu !== undefined) await host.dom0.endQemu(qemu, how);
  await host.store.transaction(async (tx) => {
    await tx.rm(modelPath(domid));
    await prune(tx, pidPath(domid));
  });
  for (const monitor of ['libxl', 'libxenstat'] as const)
    await rm(join(host.root, qmpPath(domid, monitor)), { force: true });
}
