import { TARGET, type TargetAction, type TargetState } from './table.ts';

/** Whether a target may do this to its guest in this state, for a keeper that acts on the word of its receiver. */
export function targetMayAct(state: TargetState, action: TargetAction): boolean {
  return TARGET.steps.some((step) => step.in === state && 'act' in step && step.act === action);
}

/** Whether the one state can follow the other. */
export function targetMayWrite(from: TargetState, to: TargetState): boolean {
  return TARGET.steps.some((step) => step.in === from && 'write' in step && step.write === to);
}
