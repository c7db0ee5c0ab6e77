import { messageOf } from '@vm-tools/errors';
import { listDevices } from '../devices/nodes/list-devices.ts';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { domainPath, libxlPath, vmPath } from '../paths.ts';
import { userdataOf } from '../userdata.ts';
import { livesOn } from './remove-nodes.ts';

/** The remains of a domain when destroying it has failed half way, one clause each. Never rejects. */
export async function remains(host: Host, domain: Pick<Domain, 'domid' | 'uuid'>): Promise<string[]> {
  const { domid, uuid } = domain;
  const found: string[] = [];
  try {
    if ((await host.xen.domainGetinfo(domid)) !== undefined) found.push(`domain ${domid}`);
    const backends = (await listDevices(host.store, domid)).map(({ backend }) => backend);
    const vm = (await livesOn(host.xen, domid, uuid)) ? [] : [vmPath(uuid)];
    for (const path of [...backends, domainPath(domid), ...vm, libxlPath(domid)])
      if ((await host.store.read(path)) !== undefined) found.push(path);
    found.push(...(await userdataOf(host, domain)));
  } catch (second) {
    found.push(`what else there is cannot be seen: ${messageOf(second)}`);
  }
  return found;
}
