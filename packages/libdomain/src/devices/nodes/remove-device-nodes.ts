import type { StoreAccess } from '@vm-tools/xenstore';

export interface DevicePaths {
  readonly frontend: string;
  readonly backend: string;
  /** The toolstack's own copy, `/libxl/<domid>/device/<kind>/<id>`. */
  readonly toolstack: string;
}

/** Removes all three places where a device stands, and the folders that are empty then, as libxl does. */
export async function removeDeviceNodes(
  tx: StoreAccess,
  { frontend, backend, toolstack }: DevicePaths,
): Promise<void> {
  await prune(tx, frontend);
  await prune(tx, toolstack);
  await prune(tx, backend);
}

/** Removes a node, and the folders above it that are empty then. */
export async function prune(tx: StoreAccess, path: string): Promise<void> {
  await tx.rm(path);
  for (let above = parentOf(path); above !== ''; above = parentOf(above)) {
    const children = await tx.directory(above);
    if (children === undefined) continue;
    if (children.length > 0) return;
    await tx.rm(above);
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
