import type { Permission, StoreAccess } from '@vm-tools/xenstore';
import {
  domainPath,
  incomingFromPath,
  incomingPath,
  libxlPath,
  markerPath,
  originPath,
  vmPath,
} from '../../paths.ts';
import { encodeOrigin } from '../../places/index.ts';
import { removeNodes } from '../../removal/remove-nodes.ts';
import type { Step } from '../../step/step.ts';
import { requireStillFree } from '../checks/check-name-free.ts';
import type { Looked, Made, Wanted } from '../context.ts';

/** The version of what we keep below `/libxl/<domid>`, should it ever change. */
const MARKER_VERSION = '1';

/** Directories of ours that the guest may read. */
const READABLE = ['cpu', 'memory', 'device', 'control'];

/** Nodes that are the guest's own. It could not make them itself, because what is above them is ours. */
const WRITABLE = [
  'device/suspend/event-channel',
  'control/shutdown',
  'control/feature-poweroff',
  'control/feature-reboot',
  'control/feature-suspend',
  'control/sysrq',
  'data',
  'drivers',
  'feature',
  'attr',
  'error',
];

/** Further ones of a domain that serves devices of others: its own toolstack and its qemus keep theirs there. */
const OF_DRIVER_DOMAIN = ['libxl', 'device-model'];

/** The nodes that guests and other toolstacks look for, with the permissions of libxl; in one transaction. */
export const xenstoreSkeleton: Step<Wanted & Looked & Made> = {
  name: 'xenstore-skeleton',
  about: ({ config }) => `/local/domain/<domid>, /libxl/<domid>, /vm/${config?.uuid}`,
  async run({ config, configJson, known, incoming, origin, domid, host, signal }) {
    const closed: Permission[] = [{ domid: 0, access: 'none' }];
    const readable: Permission[] = [...closed, { domid, access: 'read' }];
    const writable: Permission[] = [{ domid, access: 'none' }];
    const domain = domainPath(domid);
    const vm = vmPath(config.uuid);
    const libxl = libxlPath(domid);

    await host.store.transaction(
      async (tx) => {
        await requireStillFree(host, tx, config.name, new Set([...known, domid]));
        for (const path of [domain, vm, libxl]) await tx.rm(path);
        await make(tx, domain, readable);
        await make(tx, vm, readable);
        await make(tx, libxl, closed);
        await make(tx, `${libxl}/device`, closed);
        await tx.write(`${domain}/vm`, vm);
        await tx.write(`${domain}/name`, config.name);
        for (const name of READABLE) await make(tx, `${domain}/${name}`, readable);
        const own = config.driverDomain === true ? [...WRITABLE, ...OF_DRIVER_DOMAIN] : WRITABLE;
        for (const name of own) await make(tx, `${domain}/${name}`, writable);
        await tx.write(`${vm}/uuid`, config.uuid);
        await tx.write(`${vm}/name`, config.name);
        await tx.write(`${domain}/control/platform-feature-multiprocessor-suspend`, '1');
        await tx.write(`${domain}/control/platform-feature-xs_reset_watches`, '1');
        // A guest says it once, when it boots: one that was saved has shown it.
        if (configJson !== undefined) await tx.write(`${domain}/control/feature-suspend`, '1');
        await tx.write(`${libxl}/type`, config.type);
        await tx.write(markerPath(domid), MARKER_VERSION);
        if (origin !== undefined) await tx.write(originPath(domid), encodeOrigin(origin));
        if (incoming === undefined) return;
        await tx.write(incomingPath(domid), incoming.id);
        if (incoming.from !== undefined) await tx.write(incomingFromPath(domid), incoming.from);
      },
      { signal },
    );
    return {};
  },
  undo: ({ config, domid, host }) => removeNodes(host, domid, config.uuid),
  leaves: ({ config, domid }) => `${domainPath(domid)}, ${libxlPath(domid)}, ${vmPath(config.uuid)}`,
};

async function make(tx: StoreAccess, path: string, permissions: Permission[]): Promise<void> {
  await tx.write(path, '');
  await tx.setPermissions(path, permissions);
}
