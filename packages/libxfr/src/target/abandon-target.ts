import { messageOf, type VmToolsError } from '@vm-tools/errors';
import type { Target } from '@vm-tools/ports';

/** Removes what a failed restore has left; a failure of that is reported beside the first one. */
export async function abandonTarget(target: Target, failure: VmToolsError): Promise<VmToolsError> {
  try {
    await target.abandon();
    return failure;
  } catch (thrown) {
    return failure.with({ leftovers: [`the unfinished guest could not be removed: ${messageOf(thrown)}`] });
  }
}
