import { VmToolsError } from '@vm-tools/errors';
import type { StoreAccess } from '@vm-tools/xenstore';
import type { Network } from '../../config/devices/network.ts';
import { targetOf } from '../disks/disk-users.ts';
import { backendPlace } from '../backend/backend-place.ts';
import type { Device } from '../nodes/list-devices.ts';
import { deviceName } from '../subject.ts';

/** The lowest number that no network device has. libxl takes the last one listed plus one, which may be taken. */
export function lowestFreeId(devices: readonly Pick<Device, 'kind' | 'id'>[]): number {
  const taken = new Set(devices.flatMap(({ kind, id }) => (kind === 'vif' ? [id] : [])));
  let id = 0;
  while (taken.has(`${id}`)) id += 1;
  return id;
}

/**
 * Makes sure that a domain has no such device.
 *
 * @throws DOMAIN_DEVICE_EXISTS with what has the number
 */
export async function requireNumberFree(
  store: StoreAccess,
  device: Pick<Device, 'kind' | 'id' | 'toolstack'>,
): Promise<void> {
  const { kind, toolstack } = device;
  const backend = await store.read(`${toolstack}/backend`);
  if (backend === undefined) return;
  const [vdev, params = '', mac = 'no address'] = await Promise.all(
    ['dev', 'params', 'mac'].map((entry) => store.read(`${toolstack}/${entry}`)),
  );
  const target = targetOf(params, backendPlace({ backend })?.backendKind ?? '');
  const what = kind === 'vbd' ? `of ${target === '' ? 'no disc' : target}` : `with ${mac}`;
  throw exists(
    device,
    `${deviceName(device, vdev)} is there already: ${what}`,
    kind === 'vbd'
      ? 'name another virtual disk, or detach that one first'
      : 'leave devid= out, or detach that one first',
  );
}

/**
 * Makes sure that no network device of a domain has this address.
 *
 * @throws DOMAIN_DEVICE_EXISTS
 */
export async function requireMacFree(
  store: StoreAccess,
  devices: readonly Device[],
  { mac }: Pick<Network, 'mac'>,
): Promise<void> {
  if (mac === undefined) return;
  for (const device of devices)
    if (device.kind === 'vif' && (await store.read(`${device.toolstack}/mac`))?.toLowerCase() === mac)
      throw exists(
        device,
        `${deviceName(device)} has the address ${mac} already`,
        'give each network device another mac, or leave it out',
      );
}

function exists(device: Pick<Device, 'kind' | 'id'>, message: string, hint: string): VmToolsError {
  const { kind, id } = device;
  return new VmToolsError({
    code: 'DOMAIN_DEVICE_EXISTS',
    kind: 'usage',
    message,
    hint,
    details: { kind, id },
  });
}
