import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import type { Host } from '../../host.ts';
import { isAcknowledged, requestControl, withdrawControl } from '../control-request.ts';
import { deathError, hasEnded } from '../death.ts';
import { letRun } from '../let-run.ts';
import { requireNotForeign } from '../requirements.ts';
import { noteSuspended } from './suspension.ts';
import { waitForGuest } from '../wait-for-guest.ts';

/** A guest that is too late is watched for so many times the time that it was given. */
const LATE_FACTOR = 4;

/** How long the guest may take. */
export interface SuspendOptions {
  /** How long the guest may take to answer, and once it has, again how long it may take to suspend. @default 60 s */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the guest to suspend itself and waits until Xen says that it has.
 *
 * This knows nothing of operating systems. Some acknowledge the request by emptying the node, some by removing it,
 * some never do and suspend all the same. So an acknowledgement is taken as a sign that it is worth waiting on, and
 * the truth is what the hypervisor says: shut down, with reason suspend.
 *
 * When the guest does not, the request is taken back, and a guest that suspends all the same is waited for and
 * resumed: it runs when this rejects, unless the error says otherwise.
 *
 * @throws DOMAIN_SUSPEND_TIMEOUT with details.acked; GUEST_DIED when it shut down for another reason; DOMAIN_SUSPENDED
 * when another toolstack had suspended it already
 */
export async function suspendGuest(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  options: SuspendOptions = {},
): Promise<void> {
  const { domid, name } = domain;
  const timeoutMs = options.timeoutMs ?? 60_000;
  const wait = { timeoutMs, what: `${name} to suspend`, signal: options.signal };
  const isSuspended = async (): Promise<boolean> => {
    const info = await host.xen.domainGetinfo(domid);
    if (hasEnded(domain, info)) throw await deathError(host, domain, info, 'when it was to suspend');
    if (!isAsked && info !== undefined) await requireNotForeign(host, domain, info);
    return info?.shutdownReason === 'suspend';
  };

  let isAsked = false;
  try {
    if (await isSuspended()) {
      await noteSuspended(host, domid);
      return;
    }
    await requestControl(host, domid, 'suspend');
    isAsked = true;
    const answer = await waitForGuest(
      host,
      domid,
      async () => {
        if (await isSuspended()) return 'suspended';
        return (await isAcknowledged(host, domid, 'suspend')) ? 'acknowledged' : undefined;
      },
      wait,
    );
    if (answer !== 'suspended') {
      // An acknowledgement may come in the very moment in which we give up. Such a guest is on its way.
      const acked = answer === 'acknowledged' || (await withdrawControl(host, domid, 'suspend')).acked;
      const suspended = async (): Promise<true | undefined> => ((await isSuspended()) ? true : undefined);
      if (!acked || (await waitForGuest(host, domid, suspended, wait)) === undefined) {
        throw suspendTimeout(domain, timeoutMs, acked);
      }
    }
    // A guest that did not acknowledge would find our word again when it is resumed.
    await withdrawControl(host, domid, 'suspend');
    await noteSuspended(host, domid);
  } catch (thrown) {
    const isLate = thrown instanceof VmToolsError && thrown.code === 'DOMAIN_SUSPEND_TIMEOUT';
    throw await guestError(host, domain, thrown, {
      doing: `suspending ${name}`,
      leftovers: isAsked ? await letRun(host, domain, isLate ? { lateMs: LATE_FACTOR * timeoutMs } : {}) : [],
      hint: 'try again',
    });
  }
}

function suspendTimeout(
  domain: Pick<Domain, 'domid' | 'name'>,
  timeoutMs: number,
  acked: boolean,
): VmToolsError {
  const { domid, name } = domain;
  return new VmToolsError({
    code: 'DOMAIN_SUSPEND_TIMEOUT',
    kind: 'timeout',
    message: acked
      ? `${name} acknowledged the request to suspend, but did not within ${timeoutMs / 1000} s`
      : `${name} did not answer the request to suspend within ${timeoutMs / 1000} s`,
    hint: acked
      ? 'look at its console; it may still suspend later, and is to be resumed then'
      : 'the request has been withdrawn; a guest without a Xen driver cannot be saved or migrated',
    guest: { domid, name, state: 'still running' },
    details: { acked, timeoutMs },
  });
}
