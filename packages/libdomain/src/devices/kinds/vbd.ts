import { backendTypeOf, BLOCK_SCRIPT, type Disk } from '../../config/devices/disk.ts';
import { vdevNumber } from '../../config/devices/vdev.ts';
import type { DomainConfig } from '../../config/schema.ts';
import type { Host } from '../../host.ts';
import { awaitBackend } from '../backend/await-backend.ts';
import { backendPlace } from '../backend/backend-place.ts';
import { closeBackend } from '../backend/close-backend.ts';
import { xenbus } from '../backend/xenbus.ts';
import { dropLoop, noteLoop } from '../disks/loop-records.ts';
import { requireAlone } from '../disks/disk-users.ts';
import { setUp, tearDown } from '../hotplug/run-hotplug.ts';
import { scriptPath } from '../hotplug/script-path.ts';
import type { DeviceKind, Entries, PluggableDevice } from '../kind.ts';
import type { Device } from '../nodes/list-devices.ts';

const ADD = { args: ['add'], env: {} } as const;
const REMOVE = { args: ['remove'], env: {} } as const;

const flag = (is: boolean): string => (is ? '1' : '0');

/** qemu's name for each format, before the path of its image. */
function qemuParams({ format, target }: Disk): string {
  return `${format === 'raw' || format === 'empty' ? 'aio' : format}:${target}`;
}

function backendEntries(disk: Disk): Entries {
  const { target, vdev, access, type, script, directIoSafe = false, discard = access === 'rw' } = disk;
  const served = backendTypeOf(disk);
  const isKernel = served === 'phy';
  return {
    params: isKernel ? target : qemuParams(disk),
    ...(isKernel ? { script: scriptPath(script ?? BLOCK_SCRIPT) } : {}),
    removable: flag(type === 'cdrom'),
    bootable: '1',
    dev: vdev,
    type: served,
    mode: access === 'rw' ? 'w' : 'r',
    'device-type': type,
    ...(directIoSafe ? { 'direct-io-safe': '1' } : {}),
    'discard-enable': flag(discard),
    specification: 'xen',
  };
}

/** The device that a disk of a domain of this type is. */
export function planDisk(disk: Disk, { type }: Pick<DomainConfig, 'type'>): PluggableDevice {
  const number = vdevNumber(disk.vdev) ?? 0; // the schema has seen to it that there is one
  const served = backendTypeOf(disk);
  const how = served === 'phy' ? 'served by blkback' : 'served by qemu';
  return {
    id: `${number}`,
    name: `disk-${disk.vdev}`,
    about: `${disk.target === '' ? 'no disc' : disk.target} as ${disk.vdev}, ${disk.access}, ${how}`,
    backend: disk.backend,
    nodes: () => ({
      frontendOwner: 'guest',
      frontend: {
        state: xenbus('initialising'),
        'virtual-device': `${number}`,
        'device-type': disk.type,
        trusted: flag(disk.trusted ?? true),
        ...(type === 'pv' ? { protocol: 'x86_64-abi' } : {}),
      },
      readOnly: {},
      backendKind: served === 'phy' ? 'vbd' : 'qdisk',
      backend: backendEntries(disk),
    }),
  };
}

/** blkback takes notice of it, and the script gives it something to open. qemu looks for its disks by itself. */
async function plug(host: Host, device: Device, signal: AbortSignal): Promise<void> {
  await requireAlone(host, device);
  if (backendPlace(device)?.backendKind === 'qdisk') return;
  await awaitBackend(host, device, 'load the driver of disks: modprobe xen-blkback', signal);
  await setUp(host, device, ADD, signal);
  const domid = backendPlace(device)?.domid;
  if (domid !== undefined) await noteLoop(host, device.backend, domid);
}

async function unplug(host: Host, device: Device, signal?: AbortSignal): Promise<void> {
  const loop = await host.store.read(`${device.backend}/node`);
  await closeBackend(host, device, signal);
  await tearDown(host, device, REMOVE, signal);
  if (loop !== undefined) await dropLoop(host, loop);
}

/** Virtual disks. */
export const VBD: DeviceKind = {
  name: 'vbd',
  of: (config) => config.disks.map((disk) => planDisk(disk, config)),
  saved: 'config',
  plug,
  unplug,
};
