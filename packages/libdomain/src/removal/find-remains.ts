import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { listFolder } from '../list-folder.ts';
import { userdataFolder } from '../paths.ts';

const USERDATA = /^userdata-d\.(\d+)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.libxl-json$/;

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
  for (const file of await listFolder(userdataFolder(host))) {
    const [, domid, uuid] = USERDATA.exec(file) ?? [];
    if (domid === undefined || uuid === undefined) continue;
    if (domid !== wanted && uuid !== wanted.toLowerCase()) continue;
    if ((await host.xen.domainGetinfo(Number(domid)))?.uuid === uuid) continue;
    return { domid: Number(domid), uuid, name: `domain ${domid}` };
  }
  return undefined;
}
