import { abortError, messageOf, VmToolsError, type GuestWhereabouts } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import { resumeGuest } from '../guest/resume.ts';
import type { Host } from '../host.ts';

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Lets the guest run again after a save that failed, and makes the error tell where it is. */
export async function saveFailure(
  host: Host,
  domain: Domain,
  thrown: unknown,
  { resume, signal }: { readonly resume: boolean; readonly signal: AbortSignal },
): Promise<VmToolsError> {
  const { domid, name, uuid } = domain;
  const error = signal.aborted ? abortError(signal, `saving ${name}`) : asSaveError(thrown, name);
  const guest = (state: string): { guest: GuestWhereabouts } => ({ guest: { domid, name, uuid, state } });
  try {
    if (resume) await resumeGuest(host, domain);
    const info = await host.xen.domainGetinfo(domid);
    if (info === undefined) return error.with(guest('destroyed'));
    if (info.shutdownReason === 'suspend') return error.with(guest('suspended here'));
    return error.with(
      guest(
        info.shutdownReason === undefined ? 'still running here' : `shut down here: ${info.shutdownReason}`,
      ),
    );
  } catch (second) {
    return error.with({ ...guest('suspended here'), leftovers: [messageOf(second)] });
  }
}

function asSaveError(thrown: unknown, name: string): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return new VmToolsError({
    code: 'DOMAIN_SAVE_FAILED',
    kind: code !== undefined && DISK_FULL.has(code) ? 'resource' : 'failure',
    message: `${name} could not be saved: ${messageOf(thrown)}`,
    cause: thrown,
    details: code === undefined ? {} : { errno: code },
  });
}
