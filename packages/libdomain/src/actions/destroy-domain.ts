import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { listDevices } from '../devices/list-devices.ts';
import { removeDevice } from '../devices/remove-device.ts';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { removeUserdata } from '../userdata.ts';
import { refuseDom0 } from './not-dom0.ts';
import { removeDomain, type RemoveOptions } from './remove-domain.ts';
import { removeGuestNodes, removeNodes } from './remove-nodes.ts';

/**
 * Destroys a domain and all that stands on this host for it. Every part may be done already: what failed or was
 * interrupted in the middle is finished by doing it again. What tells that the domain is ours, and how it is
 * configured, goes last for that reason.
 *
 * @throws DOMAIN_ZOMBIE when Xen cannot let go of it; nothing but the domain itself is left then
 */
export async function destroyDomain(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid'>,
  options: RemoveOptions = {},
): Promise<void> {
  const { domid, uuid } = domain;
  refuseDom0(domain, 'destroyed');
  throwIfAborted(options.signal, `destroying domain ${domid}`);

  const info = await host.xen.domainGetinfo(domid);
  if (info !== undefined && !info.isDying && !info.isPaused) await host.xen.domainPause(domid);
  for (const device of await listDevices(host.store, domid)) await removeDevice(host, device, options.signal);
  await host.store.transaction((tx) => removeGuestNodes(tx, domid, uuid));

  let zombie: VmToolsError | undefined;
  try {
    await removeDomain(host, domid, options);
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'DOMAIN_ZOMBIE') throw thrown;
    zombie = thrown;
  }
  // The guest's nodes once more: xenconsoled may have written to them after they were removed, which makes them anew.
  await removeNodes(host, domid, uuid);
  await removeUserdata(host, domain);
  if (zombie !== undefined) throw zombie;
}
