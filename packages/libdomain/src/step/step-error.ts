import { messageOf, VmToolsError } from '@vm-tools/errors';

/** The error of a pipeline in which a step has failed. */
export function stepError(
  { step, thrown }: { readonly step: string; readonly thrown: unknown },
  leftovers: readonly string[],
): VmToolsError {
  const hint =
    leftovers.length === 0
      ? 'try again once the cause is gone; nothing of it is left'
      : 'remove what is left behind before you try again';
  if (thrown instanceof VmToolsError)
    return thrown.with({ hint: thrown.hint ?? hint, details: { step }, leftovers });
  return new VmToolsError({
    code: 'DOMAIN_STEP_FAILED',
    message: `step ${step} failed: ${messageOf(thrown)}`,
    hint,
    cause: thrown,
    details: { step },
    leftovers,
  });
}
