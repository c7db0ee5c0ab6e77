import { messageOf, VmToolsError } from '@vm-tools/errors';

/** Anything that was thrown, as an error with a code. */
export function asVmToolsError(thrown: unknown): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  return new VmToolsError({
    code: 'HOST_LIFE_FAILED',
    message: messageOf(thrown),
    hint: 'see to the cause, and try again',
    cause: thrown,
  });
}
