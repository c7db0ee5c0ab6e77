import { VmToolsError } from '@vm-tools/errors';

/** The error that the work must end in. */
export async function failure(work: Promise<unknown>): Promise<VmToolsError> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof VmToolsError) return thrown;
    throw thrown;
  }
  throw new Error('it should have failed');
}
