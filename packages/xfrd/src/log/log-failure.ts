import { asVmToolsError, type Log } from '@vm-tools/cli';

export interface FailureLine {
  /** @default 'error' */
  readonly level?: 'warn' | 'error';
  /** what came to nothing, in front of why */
  readonly what?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Logs whatever was thrown: its sentence, with its code and with what to do about it. */
export function logFailure(
  log: Log,
  thrown: unknown,
  { level = 'error', what, facts = {} }: FailureLine = {},
): void {
  const { message, code, hint } = asVmToolsError(thrown, 'xfrd');
  log[level](what === undefined ? message : `${what}: ${message}`, { ...facts, code, hint });
}
