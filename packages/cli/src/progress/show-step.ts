import type { Messages } from '../output/messages.ts';
import type { ShownWork } from './show-work.ts';

/** An event of a step of an action, as libdomain emits it. */
export interface ShownStep {
  readonly type: 'step';
  readonly name: string;
  /** e.g. "started", "done", "undone" */
  readonly state: string;
  /** how long it took */
  readonly ms: number;
  /** of what was given up, the cause */
  readonly why?: string;
}

/**
 * Shows steps as they end with -v, and all their events with --json.
 *
 * @param work tells a person of a step that takes long
 */
export function showStep(messages: Messages, work?: ShownWork): (step: ShownStep) => void {
  return (step) => {
    if (step.state === 'started') work?.begin(step.name);
    else work?.end(step.name);
    if (messages.json) messages.event(step);
    else if (step.state !== 'started')
      messages.detail(`${step.name}: ${because(step)} (${Math.round(step.ms)} ms)`);
  };
}

function because({ state, why }: ShownStep): string {
  return why === undefined ? state : `${state}: ${why}`;
}
