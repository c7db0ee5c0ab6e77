import type { Host } from '../host.ts';
import type { DeviceKind } from './kind.ts';
import type { Device } from './nodes/list-devices.ts';
import { removeDeviceNodes } from './nodes/remove-device-nodes.ts';

/**
 * Takes a device away from a domain that will not run again.
 *
 * @param kind how its backend is made to let go of it
 */
export async function removeDevice(
  host: Host,
  device: Device,
  { unplug }: Pick<DeviceKind, 'unplug'>,
  signal?: AbortSignal,
): Promise<void> {
  await unplug(host, device, signal);
  await host.store.transaction((tx) => removeDeviceNodes(tx, device));
}
