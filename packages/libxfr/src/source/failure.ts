import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Source } from '@vm-tools/ports';
import { asVmToolsError } from '../protocol/remote-error.ts';
import type { ProgressReporter } from '../session/progress.ts';
import { whereabouts, type Guest } from '../session/whereabouts.ts';
import { takenAway, unlessChanged } from './changed.ts';

/** The error that the operator gets after a failure that has left the guest where it was. */
export function stillRunning(
  { unmoved = 'still running on the source' }: Pick<Source, 'unmoved'>,
  guest: Guest | undefined,
  failure: VmToolsError,
): VmToolsError {
  const kind = failure.kind === 'interrupted' ? 'aborted-safe' : failure.kind;
  return failure.with({ kind, guest: whereabouts(guest, unmoved) });
}

/**
 * The error for a transfer that failed before the guest was saved. A failed save resumes the guest by itself; only
 * when it could not does its error say where the guest is, and that must not get lost behind an earlier cause.
 *
 * @param how.failure why, the first cause
 * @param how.thrown what ended it, perhaps by the save
 */
export function notSaved(
  source: Source,
  guest: Guest | undefined,
  { failure, thrown }: { readonly failure: VmToolsError; readonly thrown: unknown },
): VmToolsError {
  const { guest: told, leftovers } = asVmToolsError(thrown);
  if (told === undefined) return stillRunning(source, guest, failure);
  const known = { ...whereabouts(guest, told.state), ...told };
  if (leftovers.length === 0) return stillRunning(source, guest, failure).with({ guest: known });
  const kind = failure.kind === 'interrupted' ? 'failure' : failure.kind;
  const untold = leftovers.filter((leftover) => !failure.leftovers.includes(leftover));
  return failure.with({ kind, guest: known, leftovers: untold });
}

/**
 * Resumes a guest that was saved in vain, unless another toolstack has it, and returns the error that says how that
 * ended.
 */
export async function resumeAfterFailure(
  source: Source,
  guest: Guest,
  failure: VmToolsError,
): Promise<VmToolsError> {
  try {
    const change = await unlessChanged(source, () => source.resume());
    return change === undefined ? stillRunning(source, guest, failure) : takenAway(guest, failure, change);
  } catch (thrown) {
    return resumeFailed(thrown, guest, failure);
  }
}

/** @param before the failure after which the guest should have been resumed */
export function resumeFailed(thrown: unknown, guest: Guest, before?: VmToolsError): VmToolsError {
  const message = `${guest.name} could not be resumed: ${messageOf(thrown)}`;
  return new VmToolsError({
    code: 'XFR_RESUME_FAILED',
    message: before === undefined ? message : `${before.message}; after that ${message}`,
    hint: 'resume it once the cause is gone; nothing of it is lost: it is suspended in memory on the source',
    cause: before ?? thrown,
    guest: whereabouts(guest, 'suspended on the source'),
    log: asVmToolsError(thrown).log,
    details: { resume: asVmToolsError(thrown).toJSON() },
  });
}

/**
 * The guest lives elsewhere by now: that it could not be removed here is no failure any more. That it lives here,
 * too, is one.
 *
 * @throws VmToolsError GUEST_CHANGED
 */
export async function destroyLeftover(
  source: Source,
  guest: Guest,
  progress: ProgressReporter,
): Promise<void> {
  const change = await unlessChanged(source, () => source.destroy()).catch((thrown: unknown) => {
    progress.warn({
      code: 'XFR_W_LEFTOVER',
      message: `the suspended copy of ${guest.name} could not be removed from the source: ${messageOf(thrown)}`,
      hint: 'destroy it there; do not resume it',
    });
    return undefined;
  });
  if (change === undefined || change.now === 'absent') return;
  throw takenAway(guest, change.error, change).with({
    leftovers: ['the image, which is whole: restore it only when the guest here is gone'],
  });
}
