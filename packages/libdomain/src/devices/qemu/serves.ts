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

/** Whether a device needs the qemu of its domain: a console may, too, where xl has said so. */
export async function needsItsQemu({ store }: Pick<Host, 'store'>, device: Device): Promise<boolean> {
  if (isOfQemu(device)) return true;
  return device.kind === 'console' && (await store.read(`${device.toolstack}/type`)) === 'ioemu';
}
