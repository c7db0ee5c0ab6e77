import type { Side, VmToolsError } from '@vm-tools/errors';
import { asVmToolsError } from '../protocol/remote-error.ts';
import type { ProgressReporter } from './progress.ts';

/** Which end of a transfer an error comes from, and what that end was doing. */
export interface ErrorContext {
  readonly side: Side;
  readonly progress: Pick<ProgressReporter, 'currentPhase'>;
}

/** Adds side and phase to anything that was thrown. Never overwrites the side or the phase that an error already has. */
export function inContext(thrown: unknown, { side, progress }: ErrorContext): VmToolsError {
  const error = asVmToolsError(thrown);
  if (error.side !== undefined && error.phase !== undefined) return error;
  return error.with({ side: error.side ?? side, phase: error.phase ?? progress.currentPhase });
}
