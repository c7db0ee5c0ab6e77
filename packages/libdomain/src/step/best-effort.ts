import type { Step } from './step.ts';

/** The same step, without which the pipeline goes on when it fails. So later ones cannot count on what it adds. */
export function bestEffort<Needs>(step: Step<Needs>): Step<Needs> {
  return { ...step, isBestEffort: true };
}
