import { messageOf, type VmToolsError } from '@vm-tools/errors';
import type { Target } from './ports.ts';

/** Removes what a failed transfer has left at the target; a failure of that is told beside the first one. */
export async function abandon(
  target: Target | undefined,
  failure: VmToolsError,
): Promise<{ readonly failure: VmToolsError; readonly isAbandoned: boolean }> {
  try {
    await target?.abandon();
    return { failure, isAbandoned: true };
  } catch (thrown) {
    const leftovers = [`the unfinished guest could not be removed: ${messageOf(thrown)}`];
    return { failure: failure.with({ leftovers }), isAbandoned: false };
  }
}
