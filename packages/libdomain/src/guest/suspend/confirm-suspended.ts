import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';
import { AS_SUCCESSOR, findSuccessor } from '../successor/find-successor.ts';
import { isSuspendedByUs } from './suspension.ts';

type Identity = Pick<Domain, 'domid' | 'uuid' | 'name'>;

/** A change of it by another toolstack. */
interface Change {
  /** as a clause about the guest: "has been resumed, and runs" */
  readonly what: string;
  readonly now: 'running' | 'absent' | 'other';
  /** where it is now */
  readonly state: string;
  readonly domid?: number;
}

/**
 * Makes sure that a guest still is what these tools have left suspended. xl and libxl know none of our locks, and Xen
 * tells of nothing that they do; but a guest that they have let run has used its processors.
 *
 * @throws VmToolsError GUEST_CHANGED, with `details.now`
 */
export async function confirmSuspended(host: Host, domain: Identity): Promise<void> {
  const { domid, uuid, name } = domain;
  const info = await host.xen.domainGetinfo(domid);
  const isThere = info !== undefined && !info.isDying && info.uuid === uuid;
  if (isThere && (await isSuspendedByUs(host, info))) return;
  const change = isThere ? changeOf(info) : await whereItWent(host, domain);
  throw new VmToolsError({
    code: 'GUEST_CHANGED',
    message: `${name} is not what was suspended any more: another toolstack has been at it, and it ${change.what}`,
    hint: 'find the toolstack that has done that, and do it again: what was copied of it may be torn',
    guest: { name, uuid, domid: change.domid ?? domid, state: change.state },
    details: { now: change.now, domid: change.domid ?? domid },
  });
}

function changeOf({ shutdownReason, isPaused }: DomainInfo): Change {
  if (shutdownReason === 'suspend')
    return {
      what: 'has run since and is suspended again',
      now: 'other',
      state: 'suspended by another toolstack',
    };
  if (shutdownReason !== undefined) {
    return {
      what: `has run since and shut down (${shutdownReason})`,
      now: 'other',
      state: `shut down here: ${shutdownReason}`,
    };
  }
  return isPaused
    ? { what: 'has been resumed, and is paused', now: 'running', state: 'paused here' }
    : { what: 'has been resumed, and runs', now: 'running', state: 'still running here' };
}

/** The same guest may have been made anew meanwhile, as when it is restarted. */
async function whereItWent(host: Host, domain: Identity): Promise<Change> {
  const successor = await findSuccessor(host, domain);
  if (successor === undefined) return { what: 'is gone', now: 'absent', state: 'destroyed' };
  return {
    what: `has been made anew as domid ${successor.domid}`,
    now: 'running',
    state: AS_SUCCESSOR,
    domid: successor.domid,
  };
}
