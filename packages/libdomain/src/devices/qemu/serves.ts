import type { Host } from '../../host.ts';
import { backendPlace } from '../backend/backend-place.ts';
import type { Device } from '../nodes/list-devices.ts';
import { findQemu } from './find.ts';

/** Backends that qemu serves in dom0; there are more of them than these tools plug in, of other toolstacks. */
const OF_QEMU = new Set(['qdisk', '9pfs', 'vfb', 'vkbd', 'qusb', 'vdispl', 'vsnd']);

/** Whether the qemu of its domain serves a device, or would. */
export function isOfQemu(device: Pick<Device, 'backend'>): boolean {
  const { backendDomid, backendKind = '' } = backendPlace(device) ?? {};
  return backendDomid === 0 && OF_QEMU.has(backendKind);
}

/** Whether something is there that could answer. A qemu that has ended does not, and need not: its files are closed. */
export async function isServed(host: Host, device: Device): Promise<boolean> {
  const { domid } = backendPlace(device) ?? {};
  if (domid === undefined || !isOfQemu(device)) return true;
  return (await findQemu(host, domid)) !== undefined;
}

/** Whether a console is a channel, which the qemu of its domain serves in dom0. */
export async function isChannel({ store }: Pick<Host, 'store'>, device: Device): Promise<boolean> {
  if (device.kind !== 'console' || backendPlace(device)?.backendDomid !== 0) return false;
  return (await store.read(`${device.toolstack}/connection`)) !== undefined;
}

/** Whether a device needs the qemu of its domain. */
export async function needsItsQemu(host: Pick<Host, 'store'>, device: Device): Promise<boolean> {
  return isOfQemu(device) || isChannel(host, device);
}
