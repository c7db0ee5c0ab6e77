import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { recoverGuest } from '../guest/recover-guest.ts';
import { requireWhole, requireNotForeign, requireNotShutDown, requireThere } from '../guest/requirements.ts';
import { resumeGuest } from '../guest/suspend/resume.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { cappedPath, loggedPath, suspendingPath } from '../paths.ts';

/** Whether a domain is resumed that is suspended for another toolstack. */
export interface UnpauseOptions extends HoldOptions {
  /** Resume it also when another toolstack has suspended it, and may be saving it. @default false */
  readonly force?: boolean | undefined;
}

/**
 * Lets a domain run that is paused, or that a save which was cut short has left suspended, or slower than it was. One
 * that runs stays as it is.
 *
 * @throws DOMAIN_NOT_RUNNING: it has shut down; DOMAIN_SUSPENDED: another toolstack has suspended it; DOMAIN_UNKNOWN;
 *   DOMAIN_RESUME_FAILED; and as `holdDomain`
 */
export async function unpauseDomain(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  options: UnpauseOptions = {},
): Promise<void> {
  try {
    await using _held = await holdDomain(host, domain, options);
    const info = await requireThere(host, domain);
    await requireWhole(host, domain, info);
    requireNotShutDown(domain, info);
    if (options.force === true) await resumeGuest(host, domain, { force: true });
    else await requireNotForeign(host, domain, info);
    if (await wasCutShort(host, domain.domid)) await recoverGuest(host, domain);
    if (info.isPaused) await host.xen.domainUnpause(domain.domid);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `unpausing ${domain.name}`,
      hint: 'unpause it again',
    });
  }
}

/** Whether a save of ours has left its traces. */
async function wasCutShort({ store }: Host, domid: number): Promise<boolean> {
  const paths = [suspendingPath(domid), cappedPath(domid), loggedPath(domid)];
  const traces = await Promise.all(paths.map((path) => store.read(path)));
  return traces.some((trace) => trace !== undefined);
}
