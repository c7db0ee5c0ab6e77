import type { Messages } from '../output/messages.ts';

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

/** Shows steps as they end with -v, and all their events with --json. */
export function showStep(messages: Messages): (step: ShownStep) => void {
  return (step) => {
    if (messages.json) messages.event(step);
    else if (step.state !== 'started')
      messages.detail(`${step.name}: ${because(step)} (${Math.round(step.ms)} ms)`);
  };
}

function because({ state, why }: ShownStep): string {
  return why === undefined ? state : `${state}: ${why}`;
}
