import { rm } from 'node:fs/promises';
import type { Host } from '../host.ts';
import { backendPlace } from './backend/backend-place.ts';
import { lookAtSocket, socketPath } from './channel-socket.ts';
import type { Device } from './nodes/list-devices.ts';

/**
 * Removes the socket of a channel that a qemu has left which was killed. One at which another process listens stays: it
 * may be that of the same guest in a new domain.
 */
export async function removeSocket(host: Host, device: Device): Promise<void> {
  if (backendPlace(device)?.backendDomid !== 0) return; // its path is one of another domain
  const named = await host.store.read(`${device.toolstack}/path`);
  if (named === undefined || !named.startsWith('/')) return;
  const path = socketPath(host, named);
  if ((await lookAtSocket(path)) === 'left') await rm(path, { force: true });
}
