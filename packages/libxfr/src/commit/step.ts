/**
 * A point of a transfer at which its process could be killed, its link cut, or the call be made to fail: just before
 * and just after each line of a journal, each message but DATA, and each thing that is done to the guest.
 */
export interface TransferStep {
  readonly side: 'source' | 'target';
  readonly when: 'before' | 'after';
  readonly kind: 'journal' | 'send' | 'receive' | 'guest';
  /** the state that is written, the message, or the method of the port */
  readonly name: string;
  readonly id: string;
}

/**
 * Told of each step, and waited for: the place for fault injection and for tracing. What it throws fails the step;
 * a promise that never settles is a process that has stopped there.
 */
export type OnStep = (step: TransferStep) => void | Promise<void>;

/** e.g. "source before journal committed" */
export function stepName({ side, when, kind, name }: TransferStep): string {
  return `${side} ${when} ${kind} ${name}`;
}
