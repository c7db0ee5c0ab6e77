import type { ControlAnswers, HostStatus } from '@vm-tools/xen-sim/control';

/** A host that runs now. */
export interface Started extends HostStatus {
  /** for `--host`: "sim:a" */
  readonly host: string;
}

/** A host that ran in the foreground. */
export interface Ended {
  readonly name: string;
  readonly state: 'ended';
}

/** Hosts that run no more. */
export interface Stopped {
  /** their names */
  readonly stopped: readonly string[];
}

/** A host of this user; of one that does not answer no more is known. */
export type ListedHost = Partial<HostStatus> & {
  readonly name: string;
  readonly state: 'running' | 'crashed' | 'silent';
};

/** The rules that were set, the number of the new one, or how many were taken away. */
export type FaultAnswer = ControlAnswers['faults' | 'add-fault' | 'clear-faults'];
