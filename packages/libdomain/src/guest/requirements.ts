import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { FROM_FILE, incomingPath } from '../paths.ts';
import { isSuspendedByUs } from './suspend/suspension.ts';
import { isUnfinished } from './unfinished.ts';

type Identity = Pick<Domain, 'domid' | 'uuid' | 'name'>;

/**
 * The domain that was meant, as it is now that it is held.
 *
 * @throws DOMAIN_UNKNOWN when it is gone, or its number is another one's by now
 */
export async function requireThere({ xen }: Pick<Host, 'xen'>, domain: Identity): Promise<DomainInfo> {
  const info = await xen.domainGetinfo(domain.domid);
  if (info !== undefined && !info.isDying && info.uuid === domain.uuid) return info;
  throw gone(domain, info === undefined ? 'destroyed' : 'dying');
}

/** The error for a domain that was there. */
export function gone({ domid, uuid, name }: Identity, state: 'destroyed' | 'dying'): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    message: `${name} (domid ${domid}) is gone`,
    hint: 'vm-list shows all domains',
    guest: { name, uuid, domid, state },
    details: { domid },
  });
}

/**
 * A guest that comes from elsewhere may still run there, and a domain that was not made to its end is not whole. The
 * process that makes it holds it; this is about what a crash has left that no journal knows of.
 *
 * @throws XFR_UNRESOLVED, DOMAIN_UNFINISHED
 */
export async function requireWhole(host: Host, domain: Identity, info: DomainInfo): Promise<void> {
  const { domid, uuid } = domain;
  const name = domain.name || `domain ${domid}`;
  const guest = { name, uuid, domid, state: 'paused here, and perhaps not whole' };
  const id = await host.store.read(incomingPath(domid));
  if (id !== undefined) {
    const isRestored = id === FROM_FILE;
    throw new VmToolsError({
      code: 'XFR_UNRESOLVED',
      kind: 'uncertain',
      message: isRestored
        ? `${name} was being restored when that broke off`
        : `${name} was on its way here when its transfer broke off, and may run where it came from`,
      hint: isRestored
        ? `vm-destroy ${domid}, and restore it again`
        : `vm-migrate resolve ${id}; if there is no such transfer: vm-destroy ${domid}`,
      guest,
      details: { id },
    });
  }
  if (!(await isUnfinished(host, domain, info))) return;
  throw new VmToolsError({
    code: 'DOMAIN_UNFINISHED',
    kind: 'usage',
    message: `${name} was being made when that broke off`,
    hint: `vm-destroy ${domid}, and make it again`,
    guest,
  });
}

/**
 * The domain that was meant, whole, neither shut down nor suspended; it may be paused.
 *
 * @throws DOMAIN_UNKNOWN, XFR_UNRESOLVED, DOMAIN_UNFINISHED, DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED
 */
export async function requireAwake(host: Host, domain: Identity): Promise<DomainInfo> {
  const info = await requireThere(host, domain);
  await requireWhole(host, domain, info);
  requireNotShutDown(domain, info);
  await requireNotSuspended(host, domain, info);
  return info;
}

/**
 * @param why what a guest that is paused cannot do, as a clause
 * @throws DOMAIN_PAUSED
 */
export function requireNotPaused(
  { domid, uuid, name }: Identity,
  { isPaused }: DomainInfo,
  why: string,
): void {
  if (!isPaused) return;
  throw new VmToolsError({
    code: 'DOMAIN_PAUSED',
    kind: 'usage',
    message: `${name} is paused: ${why}`,
    hint: `run vm-unpause ${name} first`,
    guest: { domid, uuid, name, state: 'paused' },
  });
}

/** @throws DOMAIN_NOT_RUNNING when it has shut down for good */
export function requireNotShutDown({ domid, uuid, name }: Identity, { shutdownReason }: DomainInfo): void {
  if (shutdownReason === undefined || shutdownReason === 'suspend') return;
  throw new VmToolsError({
    code: 'DOMAIN_NOT_RUNNING',
    kind: 'usage',
    message: `${name} has shut down (${shutdownReason})`,
    hint: `vm-destroy ${name} removes what is left of it; vm-create starts it anew`,
    guest: { name, uuid, domid, state: `shut down here: ${shutdownReason}` },
    details: { reason: shutdownReason },
  });
}

/**
 * A guest that stands still because another toolstack saves it is for that one to resume.
 *
 * @throws DOMAIN_SUSPENDED
 */
export async function requireNotForeign(host: Host, domain: Identity, info: DomainInfo): Promise<void> {
  if (info.shutdownReason !== 'suspend' || (await isSuspendedByUs(host, info))) return;
  throw suspended(
    domain,
    'has been suspended by another toolstack, which may be saving it (xl save, for instance)',
    `vm-unpause --force ${domain.name} resumes it all the same`,
  );
}

/**
 * For actions that a suspended guest cannot do, whichever toolstack has suspended it.
 *
 * @throws DOMAIN_SUSPENDED
 */
export async function requireNotSuspended(host: Host, domain: Identity, info: DomainInfo): Promise<void> {
  await requireNotForeign(host, domain, info);
  if (info.shutdownReason !== 'suspend') return;
  throw suspended(domain, 'is suspended: a save of it was cut short', `vm-unpause ${domain.name} resumes it`);
}

function suspended({ domid, uuid, name }: Identity, what: string, hint: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_SUSPENDED',
    kind: 'usage',
    message: `${name} ${what}`,
    hint,
    guest: { name, uuid, domid, state: 'suspended here' },
  });
}
