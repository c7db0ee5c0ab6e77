import { access } from 'node:fs/promises';
import type { DomainInfo } from '@vm-tools/xc-native';
import { describeDomain, type Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { domainPath, FROM_FILE, incomingPath, userdataPath } from '../paths.ts';
import { isOurs } from './is-ours.ts';

/** Xen counts the time of each vCPU from nought when it makes the domain. */
export function hasNeverRun({ isPaused, cpuTimeNs, shutdownReason }: DomainInfo): boolean {
  return isPaused && cpuTimeNs === 0n && shutdownReason === undefined;
}

/**
 * Whether a domain is half made: the process that was making it was killed, or still works, as its hold shows. Such a
 * domain is paused, like one that `vm-create --paused` has left. They differ in what a pipeline writes last, the stored
 * configuration, and for a domain that is not marked as ours, and so as old as its first step, the nodes that every
 * toolstack makes.
 */
export async function isUnfinished(
  host: Host,
  { domid, uuid }: Pick<Domain, 'domid' | 'uuid'>,
  info: DomainInfo,
): Promise<boolean> {
  if (!hasNeverRun(info)) return false;
  if ((await host.store.read(domainPath(domid))) === undefined) return true;
  if (!(await isOurs(host, { domid }))) return false;
  return access(userdataPath(host, domid, uuid)).then(
    () => false,
    () => true,
  );
}

/**
 * All domains of this host that were being made, or restored from an image, and are not whole; those among them that
 * are being made just now. What a transfer brings here is not among them.
 */
export async function listUnfinished(host: Host): Promise<Domain[]> {
  const found = await Promise.all(
    (await host.xen.domainGetinfolist()).map(async (info) => {
      const incoming = await host.store.read(incomingPath(info.domid));
      const isMeant = incoming === undefined ? await isUnfinished(host, info, info) : incoming === FROM_FILE;
      return isMeant ? [await describeDomain(host.store, info)] : [];
    }),
  );
  return found.flat();
}
