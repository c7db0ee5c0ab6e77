import { abortError, messageOf, VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import { guestError, whereabouts } from '../guest/guest-error.ts';
import { resumeGuest } from '../guest/resume.ts';
import type { Host } from '../host.ts';
import type { Throttle } from './budget/throttle.ts';

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Lets the guest run again after a save that failed, and makes the error tell where it is. */
export async function saveFailure(
  host: Host,
  domain: Domain,
  thrown: unknown,
  {
    resume,
    throttle,
    signal,
  }: { readonly resume: boolean; readonly throttle: Throttle; readonly signal: AbortSignal },
): Promise<VmToolsError> {
  const { name } = domain;
  const error = signal.aborted ? abortError(signal, `saving ${name}`) : asSaveError(thrown, name);
  const leftovers: string[] = [];
  await throttle.release().catch((second: unknown) => {
    leftovers.push(`it still runs under a cap: ${messageOf(second)}`);
  });
  if (resume)
    await resumeGuest(host, domain).catch((second: unknown) => void leftovers.push(messageOf(second)));
  // Where it is now, after it has been resumed: what suspending it said of that is out of date.
  return guestError(host, domain, error.with({ guest: await whereabouts(host, domain) }), {
    doing: `saving ${name}`,
    leftovers,
    hint: 'save it again when the cause is gone',
  });
}

function asSaveError(thrown: unknown, name: string): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return new VmToolsError({
    code: 'DOMAIN_SAVE_FAILED',
    kind: code !== undefined && DISK_FULL.has(code) ? 'resource' : 'failure',
    message: `${name} could not be saved: ${messageOf(thrown)}`,
    hint: 'the cause says what to mend; then save it again',
    cause: thrown,
    details: code === undefined ? {} : { errno: code },
  });
}
