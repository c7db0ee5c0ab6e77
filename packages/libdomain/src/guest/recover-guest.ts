import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import { whereabouts } from '../guest-error.ts';
import type { Host } from '../host.ts';
import { suspendingPath } from '../paths.ts';
import { letRun } from './let-run.ts';
import { resumeGuest } from './suspend/resume.ts';
import { isSuspendedByUs } from './suspend/suspension.ts';
import { uncap } from './suspend/throttle.ts';

/**
 * Lets a guest run whose save was cut short together with the process that saved it: it may be suspended, or about to
 * be, it may have been slowed down, and each of its first writes to a page may still cost it a fault.
 *
 * @throws DOMAIN_RESUME_FAILED
 */
export async function recoverGuest(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
): Promise<void> {
  const { domid, name } = domain;
  const { xen, store } = host;
  const info = await xen.domainGetinfo(domid);
  // Another toolstack has let it run since and suspended it again: it is not ours to resume.
  if (info?.shutdownReason === 'suspend' && !(await isSuspendedByUs(host, info))) return;
  // Without it the guest is slower, and nothing worse; a PV guest was never saved live, and Xen refuses.
  await xen.domainLogDirtyOff(domid).catch(() => undefined);
  const leftovers: string[] = [];
  await uncap(host, domid).catch((second: unknown) => {
    leftovers.push(`it still runs under a cap: ${messageOf(second)}`);
  });
  if ((await store.read(suspendingPath(domid))) === undefined) await resumeGuest(host, domain);
  else leftovers.push(...(await letRun(host, domain)));
  if (leftovers.length === 0) return;
  throw new VmToolsError({
    code: 'DOMAIN_RESUME_FAILED',
    message: `${name} may not run as before: ${leftovers.join('; ')}`,
    hint: 'try again',
    guest: await whereabouts(host, domain),
    leftovers,
  });
}
