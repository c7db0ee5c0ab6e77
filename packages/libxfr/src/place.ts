import type { Side, VmToolsError } from '@vm-tools/errors';
import type { ProgressReporter } from './progress.ts';
import { asVmToolsError } from './protocol/remote-error.ts';

/** Where something goes wrong: which end of a transfer says it, and what that is doing. */
export interface Place {
  readonly side: Side;
  readonly progress: Pick<ProgressReporter, 'currentPhase'>;
}

/** Anything that was thrown, with its place. Who was nearer to it knows better: what an error says itself, stays. */
export function placed(thrown: unknown, { side, progress }: Place): VmToolsError {
  const error = asVmToolsError(thrown);
  if (error.side !== undefined && error.phase !== undefined) return error;
  return error.with({ side: error.side ?? side, phase: error.phase ?? progress.currentPhase });
}
