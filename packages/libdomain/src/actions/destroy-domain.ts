import type { QemuEnd } from '@vm-tools/dom0';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { allThrough } from '../all-through.ts';
import { FOREIGN, kindOf } from '../devices/all.ts';
import { listDevices } from '../devices/nodes/list-devices.ts';
import { endQemu } from '../devices/qemu/end.ts';
import { removeDevice } from '../devices/remove-device.ts';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { requireThere } from '../guest/requirements.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { remains } from '../removal/remains.ts';
import { removeDomain, type RemoveOptions } from '../removal/remove-domain.ts';
import { removeGuestNodes, removeNodes } from '../removal/remove-nodes.ts';
import { removeUserdata } from '../userdata.ts';
import { refuseDom0 } from './not-dom0.ts';

/** How long to wait, for its lock and for Xen to let go of its pages. */
export interface DestroyOptions extends Omit<RemoveOptions, 'signal'>, HoldOptions {
  /** "at-once" when the guest uses its disks elsewhere: its qemu may write nothing more. @default 'orderly' */
  readonly qemuEnds?: QemuEnd;
}

type Identity = Pick<Domain, 'domid' | 'uuid'> & Partial<Pick<Domain, 'name'>>;

/**
 * Destroys a domain and all that stands on this host for it. Every part may be done already: what failed or was
 * interrupted in the middle is finished by doing it again. What tells that the domain is ours, and how it is
 * configured, goes last for that reason.
 *
 * @throws DOMAIN_ZOMBIE when Xen cannot let go of it; nothing but the domain itself is left then; DOMAIN_UNKNOWN when
 * its number is another one's by now; and as `holdDomain`. Any error of the destroying names in `leftovers` what is
 * still there
 */
export async function destroyDomain(
  host: Host,
  domain: Identity,
  options: DestroyOptions = {},
): Promise<void> {
  refuseDom0(domain, 'destroyed');
  const doing = `destroying domain ${domain.domid}`;
  await using _held = await holdDomain(host, domain, options).catch(async (thrown: unknown) => {
    throw await guestError(host, domain, thrown, { doing, hint: 'destroy it again' });
  });
  try {
    await destroy(host, domain, options);
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.code === 'DOMAIN_UNKNOWN') throw thrown;
    const hint = 'destroy it again: it goes on where it stopped';
    const error = await guestError(host, domain, thrown, {
      doing,
      hint,
      leftovers: await remains(host, domain),
    });
    throw error.code === 'DOMAIN_ZOMBIE' ? error : error.with({ hint });
  }
}

async function destroy(
  host: Host,
  { domid, uuid, name = `domain ${domid}` }: Identity,
  options: RemoveOptions & Pick<DestroyOptions, 'qemuEnds'>,
): Promise<void> {
  throwIfAborted(options.signal, `destroying domain ${domid}`);
  const info = await host.xen.domainGetinfo(domid);
  // It may be gone or dying already, but its number must not be another one's.
  if (info !== undefined && info.uuid !== uuid) await requireThere(host, { domid, uuid, name });
  if (info !== undefined && !info.isDying && !info.isPaused) await host.xen.domainPause(domid);
  await endQemu(host, domid, options.qemuEnds ?? 'orderly');
  // Each may have to wait for a backend of its own.
  const devices = await listDevices(host.store, domid);
  await allThrough(
    devices.map((device) => removeDevice(host, device, kindOf(device) ?? FOREIGN, options.signal)),
  );
  await host.store.transaction((tx) => removeGuestNodes(host.xen, tx, domid, uuid));

  let zombie: VmToolsError | undefined;
  try {
    await removeDomain(host, domid, options);
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'DOMAIN_ZOMBIE') throw thrown;
    zombie = thrown;
  }
  // The guest's nodes once more: xenconsoled may have written to them after they were removed, which makes them anew.
  await removeNodes(host, domid, uuid);
  await removeUserdata(host, { domid, uuid }, options.signal);
  if (zombie !== undefined) throw zombie;
}
