import type { Source } from '@vm-tools/ports';
import type { Attempt } from '../session/attempt.ts';
import { notSaved } from './failure.ts';

/** Takes the guest for as long as it is moved. @throws the error for the operator when another tool has it */
export async function holdSource(source: Source, attempt: Attempt): Promise<AsyncDisposable | undefined> {
  try {
    return await source.hold?.(attempt.signal);
  } catch (thrown) {
    throw notSaved(source, undefined, { failure: attempt.cause(thrown), thrown });
  }
}
