import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { userdataPath } from '../paths.ts';
import { listUserdata } from '../userdata.ts';

/**
 * A domain that Xen does not have any more, and whose stored configuration is still there: the toolstack that destroyed
 * it, this one or xl, was killed before its last step. To destroy it again does that step.
 *
 * @param wanted its domid or UUID; its name went with its nodes
 */
export async function findRemains(
  host: Host,
  wanted: string,
): Promise<Pick<Domain, 'domid' | 'uuid' | 'name'> | undefined> {
  for (const { domid, uuid, path } of await listUserdata(host)) {
    if (path !== userdataPath(host, domid, uuid)) continue;
    if (String(domid) !== wanted && uuid !== wanted.toLowerCase()) continue;
    if ((await host.xen.domainGetinfo(domid))?.uuid === uuid) continue;
    return { domid, uuid, name: `domain ${domid}` };
  }
  return undefined;
}
