import type { Messages } from '@vm-tools/cli';
import type { VmToolsError } from '@vm-tools/errors';

/** Says what is wrong with some of what was looked at, where the rest can be shown all the same. */
export function warnOf(messages: Messages, errors: readonly VmToolsError[]): void {
  for (const { message, hint } of errors) messages.warn(hint === undefined ? message : `${message}; ${hint}`);
}
