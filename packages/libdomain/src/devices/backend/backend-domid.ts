import { VmToolsError } from '@vm-tools/errors';
import { isHere } from '../../config/devices/is-here.ts';
import type { Host } from '../../host.ts';
import { domainPath } from '../../paths.ts';

/**
 * The number of the domain that serves a device: dom0, or a driver domain by its name or number.
 *
 * @throws DOMAIN_NO_DRIVER_DOMAIN of kind usage
 */
export async function backendDomid({ store, xen }: Host, backend: string | undefined): Promise<number> {
  if (backend === undefined || isHere({ backend })) return 0;
  for (const { domid } of await xen.domainGetinfolist()) {
    if (`${domid}` === backend || (await store.read(`${domainPath(domid)}/name`)) === backend) return domid;
  }
  throw new VmToolsError({
    code: 'DOMAIN_NO_DRIVER_DOMAIN',
    kind: 'usage',
    message: `there is no domain ${JSON.stringify(backend)} that could serve a device`,
    hint: 'start the driver domain first, or leave "backend" out for dom0',
    details: { backend },
  });
}
