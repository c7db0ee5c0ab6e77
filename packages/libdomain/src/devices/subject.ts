import { VmToolsError } from '@vm-tools/errors';
import { describeDomain, type Domain } from '../domain.ts';
import { requireAwake, requireNotPaused } from '../guest/requirements.ts';
import type { Host } from '../host.ts';
import { isDomainType, type DomainType } from '../types/domain-type.ts';
import type { Device } from './nodes/list-devices.ts';

type Identity = Pick<Domain, 'domid' | 'uuid' | 'name'>;

/** A domain whose devices can come and go. */
export type DeviceOwner = Domain & { readonly type: DomainType };

/**
 * The domain as it is now that it is held, if its devices may be changed.
 *
 * @param isAsked whether the guest has to do something for it
 * @throws DOMAIN_DEVICE_UNSUPPORTED, DOMAIN_PAUSED, DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED, DOMAIN_UNKNOWN
 */
export async function requireDeviceOwner(
  host: Host,
  domain: Identity,
  isAsked: boolean,
): Promise<DeviceOwner> {
  const info = await requireAwake(host, domain);
  const described = await describeDomain(host.store, info);
  const { type } = described;
  if (!isDomainType(type)) throw unsupported(domain, type);
  if (isAsked) requireNotPaused(domain, info, 'it can neither use a device nor let go of one');
  return { ...described, type };
}

/** A device in the words of people: "the disk xvdb", "the network device 1". */
export function deviceName({ kind, id }: Pick<Device, 'kind' | 'id'>, vdev?: string): string {
  return kind === 'vbd' ? `the disk ${vdev ?? id}` : `the network device ${id}`;
}

function unsupported({ name }: Identity, type: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_DEVICE_UNSUPPORTED',
    kind: 'usage',
    message: `devices of ${name} cannot come and go: its type is ${type}`,
    hint: 'change them with the toolstack that made it',
    details: { type },
  });
}
