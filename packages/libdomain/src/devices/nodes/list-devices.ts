import type { StoreAccess } from '@vm-tools/xenstore';
import { libxlPath } from '../../paths.ts';
import type { DevicePaths } from './remove-device-nodes.ts';

export interface Device extends DevicePaths {
  /** As xenstore calls it: "console", "vbd", "vif", … */
  readonly kind: string;
  readonly id: string;
}

/** The devices of a domain as its toolstack wrote them down, where no guest and no backend can change them. */
export async function listDevices(store: StoreAccess, domid: number): Promise<Device[]> {
  const devices: Device[] = [];
  const folder = `${libxlPath(domid)}/device`;
  for (const kind of (await store.directory(folder)) ?? []) {
    for (const id of (await store.directory(`${folder}/${kind}`)) ?? []) {
      const toolstack = `${folder}/${kind}/${id}`;
      const frontend = await store.read(`${toolstack}/frontend`);
      const backend = await store.read(`${toolstack}/backend`);
      if (frontend !== undefined && backend !== undefined)
        devices.push({ kind, id, frontend, backend, toolstack });
    }
  }
  return devices;
}
