import type { FailureKind } from '@vm-tools/errors';

/** Exit status of each kind of failure: distinct where a script would act differently. */
export const EXIT: Readonly<Record<FailureKind, number>> = {
  failure: 1,
  usage: 2,
  'no-domain': 3,
  'no-xen': 4,
  resource: 5,
  peer: 6,
  'not-converged': 7,
  'aborted-safe': 8,
  uncertain: 9,
  corrupt: 10,
  timeout: 124,
  interrupted: 130,
};

/** The signals that mean "undo and end", with the status that shells report for them. */
export const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof SIGNAL_EXIT;

/** The exit status that a shell reports for a program that wrote into a closed pipe. */
export const BROKEN_PIPE_EXIT = 141;

/** The EXIT STATUS section of every help text. */
export const EXIT_MEANINGS: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'any other failure; the state is unchanged or restored'],
  ['2', 'bad arguments or configuration'],
  ['3', 'no such domain, or an ambiguous name'],
  ['4', 'no Xen here, no privilege, or an unknown version of its libraries'],
  ['5', 'not enough memory or disk, here or at the other host'],
  ['6', 'the other host is unreachable, refused, or is incompatible'],
  ['7', 'a limit of time, downtime or rounds was reached; the domain runs here'],
  ['8', 'a transfer failed or was stopped; the domain runs here'],
  ['9', 'uncertain: failed after the hand-over began, look at both hosts'],
  ['10', 'a stream or image is corrupt'],
  ['124', 'a time limit was reached'],
  ['129, 130, 143', 'ended by SIGHUP, SIGINT, SIGTERM after a clean undo'],
];

/**
 * A signal explains whatever failure it caused, except an uncertain one: there the operator must look, however it
 * came about.
 */
export function exitStatus(kind: FailureKind, signal?: EndingSignal): number {
  return signal === undefined || kind === 'uncertain' ? EXIT[kind] : SIGNAL_EXIT[signal];
}
