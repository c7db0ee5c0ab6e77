import type { Share } from '../config/devices/share.ts';
import { closeBackend } from './backend/close-backend.ts';
import { xenbus } from './backend/xenbus.ts';
import type { DeviceKind, PlannedDevice } from './kind.ts';

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

/** Folders of the host that a guest can mount. qemu finds them by itself. */
export const SHARE: DeviceKind = {
  name: '9pfs',
  of: ({ shares }) => shares.map(planShare),
  saved: 'config',
  unplug: closeBackend,
};
