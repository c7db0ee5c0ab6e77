import { once } from 'node:events';
import { lstat, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { backendPlace } from './backend/backend-place.ts';
import type { Device } from './nodes/list-devices.ts';

/**
 * Removes the socket of a channel that a qemu has left which was killed. One at which another process listens stays: it
 * may be that of the same guest in a new domain.
 */
export async function removeSocket({ store, root }: Host, device: Device): Promise<void> {
  if (backendPlace(device)?.backendDomid !== 0) return; // its path is one of another domain
  const named = await store.read(`${device.toolstack}/path`);
  if (named === undefined || !named.startsWith('/')) return;
  const path = named.startsWith(`${root}/`) ? named : join(root, named);
  if (await isLeft(path)) await rm(path, { force: true });
}

async function isLeft(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return false; // a file refuses a connection, too
  const socket = createConnection({ path });
  try {
    await once(socket, 'connect');
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
