import { messageOf } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { withdrawControl } from './control-request.ts';
import { resumeGuest } from './suspend/resume.ts';
import { readSuspension } from './suspend/suspension.ts';
import { waitForGuest } from './wait-for-guest.ts';

/** How long a guest that may be about to suspend is watched when its suspend is no longer needed, ms. */
const FOLLOW_LIMIT_MS = 10_000;

/**
 * Takes back the request to suspend, and resumes the guest if it has followed. One that has seen the request is about
 * to suspend, and would stand still for ever if we did not wait for it. We also wait for one that was too late, seen or
 * not: some suspend long after they were asked.
 *
 * @param options `lateMs`: it was too late, and is watched for so long, 10 s at most
 * @returns what could not be done, one clause each
 */
export async function letRun(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  { lateMs }: { readonly lateMs?: number } = {},
): Promise<string[]> {
  const { domid, name } = domain;
  const hasStopped = async (): Promise<true | undefined> => {
    const info = await host.xen.domainGetinfo(domid);
    return info === undefined || info.isDying || info.shutdownReason !== undefined ? true : undefined;
  };
  const leftovers: string[] = [];
  try {
    const { acked } = await withdrawControl(host, domid, 'suspend');
    const timeoutMs = Math.min(FOLLOW_LIMIT_MS, lateMs ?? FOLLOW_LIMIT_MS);
    const limit = { timeoutMs, what: `${name} to suspend after all` };
    // A save that was killed may have been let run already by the process of libxc's that it left: then the guest has
    // followed, runs again, and will not follow a second time.
    const hasFollowed = (await readSuspension(host, domid))?.cpuTimeNs !== undefined;
    const mayFollow = !hasFollowed && (acked || lateMs !== undefined);
    const follows = mayFollow && (await waitForGuest(host, domid, hasStopped, limit)) === true;
    if (mayFollow && acked && lateMs === undefined && !follows)
      leftovers.push(`${name} has seen the request to suspend, and may still follow it`);
  } catch (second) {
    leftovers.push(`${name} may still follow the request to suspend: ${messageOf(second)}`);
  }
  await resumeGuest(host, domain).catch((second: unknown) => void leftovers.push(messageOf(second)));
  return leftovers;
}
