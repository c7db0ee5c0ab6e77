import { abortError, messageOf, VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import { guestError, whereabouts } from '../../guest-error.ts';
import { deathOf } from '../../guest/death.ts';
import { resumeGuest } from '../../guest/suspend/resume.ts';
import type { Throttle } from '../../guest/suspend/throttle.ts';
import type { Host } from '../../host.ts';

/** In the middle of what a guest has come to its end. */
export const DOING = 'while it was being saved';

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * libxc writes a guest's pages from where they lie. File systems without a cache (9p with cache=none) hand them to their
 * device as they are, which Linux refuses for memory of another domain: EFAULT, for xl as well.
 */
const NO_PAGES = {
  hint: 'if it went into a file, its file system takes no memory of a guest: save onto another one, or into a pipe',
} as const;

export interface FailedSave {
  /** the guest was alive, and could be saved */
  readonly begun: boolean;
  /** it may have been suspended for this */
  readonly resume: boolean;
  readonly throttle: Throttle;
  readonly signal: AbortSignal;
}

/** Lets the guest run again after a save that failed, and makes the error tell where it is. */
export async function saveFailure(
  host: Host,
  domain: Domain,
  thrown: unknown,
  { begun, resume, throttle, signal }: FailedSave,
): Promise<VmToolsError> {
  const { name } = domain;
  const told = signal.aborted ? abortError(signal, `saving ${name}`) : asSaveError(thrown, name);
  const error = begun ? await asDeath(host, domain, told) : told;
  const leftovers: string[] = [];
  await throttle.release().catch((second: unknown) => {
    leftovers.push(`it still runs under a cap: ${messageOf(second)}`);
  });
  if (resume)
    await resumeGuest(host, domain).catch((second: unknown) => void leftovers.push(messageOf(second)));
  // Its place now, after it has been resumed: the one in the error of suspending it is out of date. But it may have
  // another number by now.
  const guest = await whereabouts(host, { ...domain, domid: error.guest?.domid ?? domain.domid });
  return guestError(host, domain, error.with({ guest }), {
    doing: `saving ${name}`,
    leftovers,
    hint: 'save it again once the cause is gone',
  });
}

/** The error of libxc, or of a wait for the guest, does not say that the guest has ended. */
async function asDeath(host: Host, domain: Domain, error: VmToolsError): Promise<VmToolsError> {
  if (error.code === 'GUEST_DIED' || error.kind === 'interrupted') return error;
  const death = await deathOf(host, domain, DOING).catch(() => undefined);
  return death === undefined ? error : death.with({ cause: error, log: error.log });
}

function asSaveError(thrown: unknown, name: string): VmToolsError {
  if (thrown instanceof VmToolsError)
    return thrown.details['errnoName'] === 'EFAULT' ? thrown.with(NO_PAGES) : thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return new VmToolsError({
    code: 'DOMAIN_SAVE_FAILED',
    kind: code !== undefined && DISK_FULL.has(code) ? 'resource' : 'failure',
    message: `${name} could not be saved: ${messageOf(thrown)}`,
    hint: 'fix what the cause says, then save it again',
    cause: thrown,
    details: code === undefined ? {} : { errno: code },
  });
}
