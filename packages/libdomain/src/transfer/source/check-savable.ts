import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import { kindOf } from '../../devices/all.ts';
import { listDevices } from '../../devices/nodes/list-devices.ts';
import type { Domain } from '../../domain.ts';
import { requireNotForeign, requireThere, requireWhole } from '../../guest/requirements.ts';
import type { Host } from '../../host.ts';
import { DOMAIN_TYPES, isDomainType, profileOf, type DomainType } from '../../types/index.ts';

/** Whether the guest goes on running while it is copied: if that is possible, always, or never. */
export type LiveMode = 'auto' | 'require' | 'never';

export interface Savable {
  readonly type: DomainType;
  readonly live: boolean;
  readonly info: DomainInfo;
}

/**
 * Checks whether it can be saved, and whether live: libxc finds out only half way through.
 *
 * @throws DOMAIN_NOT_SAVABLE, DOMAIN_NOT_LIVE, DOMAIN_PAUSED, DOMAIN_SUSPENDED, DOMAIN_UNKNOWN, XFR_UNRESOLVED,
 *   DOMAIN_UNFINISHED
 */
export async function checkSavable(host: Host, domain: Domain, mode: LiveMode): Promise<Savable> {
  const { domid, name, type } = domain;
  const info = await requireThere(host, domain);
  await requireWhole(host, domain, info);
  if (domid === 0)
    throw notSavable(domain, 'dom0 is this host itself').with({
      hint: 'name another domain; list them with vm-list',
    });
  if (!isDomainType(type))
    throw notSavable(domain, `its type is ${type}, only ${DOMAIN_TYPES.join(' and ')} can be saved`);
  const devices = await listDevices(host.store, domid);
  const unknown = devices.filter((device) => kindOf(device) === undefined);
  if (unknown.length > 0) {
    throw notSavable(
      domain,
      `it has devices (${unknown.map(({ kind, id }) => `${kind} ${id}`).join(', ')}), which cannot be moved yet`,
    );
  }
  for (const device of devices) {
    const found = await kindOf(device)?.whyNotSaved?.(host, device);
    if (found !== undefined) throw notSavable(domain, found.why).with({ hint: found.hint });
  }
  if (info.shutdownReason !== undefined && info.shutdownReason !== 'suspend') {
    throw notSavable(domain, `it has shut down (${info.shutdownReason})`).with({
      hint: `vm-destroy ${domid} removes what is left of it; vm-create starts it anew`,
    });
  }
  await requireNotForeign(host, domain, info);
  if (info.isPaused && info.shutdownReason === undefined) {
    throw new VmToolsError({
      code: 'DOMAIN_PAUSED',
      kind: 'usage',
      message: `${name} is paused and cannot suspend itself`,
      hint: `run vm-unpause ${name} first`,
      guest: { domid, name, state: 'paused' },
    });
  }
  return { type, info, live: await requireLive(host, domain, mode) };
}

/**
 * Whether it goes on running while it is saved.
 *
 * @throws DOMAIN_NOT_LIVE when it is required to and cannot
 */
export async function requireLive(
  host: Host,
  { name, domid, type }: Domain,
  mode: LiveMode,
): Promise<boolean> {
  if (mode === 'never') return false;
  const { capabilities } = await host.xen.physinfo();
  // `checkSavable` reports a type that cannot be saved at all.
  const canBeLive = !isDomainType(type) || profileOf({ type }).save.canBeLive(capabilities);
  if (canBeLive || mode === 'auto') return canBeLive;
  throw new VmToolsError({
    code: 'DOMAIN_NOT_LIVE',
    kind: 'usage',
    message: `${name} cannot be saved live: this Xen was built without shadow paging, which a PV domain needs for it`,
    hint: 'let it pause for the transfer, or make it a PVH domain',
    guest: { domid, name, state: 'still running here' },
  });
}

/** The refusal of a domain that is right as it is; `why` completes "cannot be saved: …". */
export function notSavable({ name, domid }: Domain, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_SAVABLE',
    kind: 'usage',
    message: `${name} cannot be saved: ${why}`,
    hint: 'shut it down and create it anew where you want it; until then it stays as it is',
    details: { domid },
    cause,
  });
}
