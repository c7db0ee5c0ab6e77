/**
 * The kind of a failure, by the reaction that it needs from the operator. Executables turn it into their exit status
 * (packages/cli), a management program into its own reaction.
 */
export const FAILURE_KINDS = [
  'failure', // any other failure; state unchanged or restored
  'usage', // bad arguments or configuration
  'no-domain', // domain not found, or its name is ambiguous
  'no-xen', // no hypervisor, no privilege, unknown version of its libraries
  'resource', // not enough memory or disk, here or there
  'peer', // the other host: unreachable, refused, incompatible
  'not-converged', // a budget of time, downtime or rounds was reached; the guest runs at the source
  'aborted-safe', // interrupted during a transfer; the guest runs at the source
  'uncertain', // failed after hand-over began: both sides must be looked at
  'corrupt', // a stream or image that is not what it should be
  'timeout', // a time limit was reached
  'interrupted', // a signal, or an AbortSignal, after a clean undo
] as const;

/** One of `FAILURE_KINDS`. */
export type FailureKind = (typeof FAILURE_KINDS)[number];
