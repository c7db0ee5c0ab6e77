import type { Permission, StoreAccess } from '@vm-tools/xenstore';
import { domainPath, libxlPath } from '../../paths.ts';
import { xenbus } from '../backend/xenbus.ts';
import type { DeviceNodes, Entries } from '../kind.ts';
import type { Device } from './list-devices.ts';

/** A device that is to be, and the domain that serves it. */
export interface NewDevice {
  readonly domid: number;
  readonly kind: string;
  readonly id: string;
  readonly backendDomid: number;
  readonly nodes: DeviceNodes;
}

/** The part of it by which its nodes are found. */
type PlacedDevice = Omit<NewDevice, 'nodes'> & {
  readonly nodes: Pick<DeviceNodes, 'backendKind' | 'frontendPath'>;
};

/** The paths of the nodes of a device. */
export function deviceAt({ domid, kind, id, backendDomid, nodes }: PlacedDevice): Device {
  const { backendKind, frontendPath } = nodes;
  return {
    kind,
    id,
    frontend: frontendPath ?? `${domainPath(domid)}/device/${kind}/${id}`,
    backend: `${domainPath(backendDomid)}/backend/${backendKind}/${domid}/${id}`,
    toolstack: `${libxlPath(domid)}/device/${kind}/${id}`,
  };
}

/**
 * Writes frontend, backend, and the toolstack's own copy of the backend, which alone it trusts later, in the order of
 * libxl. What stood there goes. Entries have the permissions of their folder unless they belong to another.
 */
export async function writeDevice(tx: StoreAccess, device: NewDevice): Promise<void> {
  const { frontend, backend, toolstack } = deviceAt(device);
  const { domid, backendDomid, nodes } = device;
  const { frontendOwner } = nodes;
  const ownedBy: Readonly<Record<DeviceNodes['frontendOwner'], Permission[]>> = {
    guest: [
      { domid, access: 'none' },
      { domid: backendDomid, access: 'read' },
    ],
    backend: [
      { domid: backendDomid, access: 'none' },
      { domid, access: 'read' },
    ],
  };
  const writeFrontend = async (owner: DeviceNodes['frontendOwner'], entries: Entries): Promise<void> => {
    for (const [name, value] of Object.entries(entries)) {
      await tx.write(`${frontend}/${name}`, value);
      if (owner !== frontendOwner) await tx.setPermissions(`${frontend}/${name}`, ownedBy[owner]);
    }
  };

  for (const path of [toolstack, frontend, backend]) await tx.rm(path);
  await tx.write(`${toolstack}/frontend`, frontend);
  await tx.write(`${toolstack}/backend`, backend);
  await tx.mkdir(frontend);
  await tx.setPermissions(frontend, ownedBy[frontendOwner]);
  await tx.mkdir(backend);
  await tx.setPermissions(backend, ownedBy.backend);
  await writeFrontend(frontendOwner, { backend });
  await writeFrontend('guest', { 'backend-id': `${backendDomid}`, ...nodes.frontend });
  await writeFrontend('backend', nodes.readOnly);
  await tx.write(`${backend}/frontend`, frontend);
  const common = { 'frontend-id': `${domid}`, online: '1', state: xenbus('initialising') };
  for (const [name, value] of Object.entries({ ...common, ...nodes.backend })) {
    await tx.write(`${backend}/${name}`, value);
    await tx.write(`${toolstack}/${name}`, value);
  }
}
