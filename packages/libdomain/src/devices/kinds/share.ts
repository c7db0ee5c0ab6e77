import type { Share } from '../../config/devices/share.ts';
import { closeBackend } from '../backend/close-backend.ts';
import { xenbus } from '../backend/xenbus.ts';
import type { Host } from '../../host.ts';
import type { DeviceKind, PlannedDevice } from '../kind.ts';
import type { Device } from '../nodes/list-devices.ts';

function planShare({ tag, path, securityModel, backend }: Share, place: number): PlannedDevice {
  return {
    id: `${place}`,
    name: `share-${place}`,
    about: `the folder ${path} as ${tag}, served by qemu`,
    backend,
    nodes: () => ({
      frontendOwner: 'guest',
      frontend: { state: xenbus('initialising'), tag },
      readOnly: {},
      backendKind: '9pfs',
      backend: { path, security_model: securityModel },
    }),
  };
}

/** A mounted folder would be dead behind it: what a guest has open there is known to the qemu of the source alone. */
async function whyNotSaved(
  { store }: Host,
  { frontend }: Device,
): Promise<{ readonly why: string; readonly hint: string } | undefined> {
  if ((await store.read(`${frontend}/state`)) !== xenbus('connected')) return undefined;
  return {
    why: 'it has connected a folder of this host (9pfs), which does not come along',
    hint: 'unmount it in the guest, and unload its driver: rmmod 9pnet_xen',
  };
}

/** Folders of the host that a guest can mount. qemu finds them by itself. */
export const SHARE: DeviceKind = {
  name: '9pfs',
  of: ({ shares }) => shares.map(planShare),
  saved: 'config',
  whyNotSaved,
  unplug: closeBackend,
};
