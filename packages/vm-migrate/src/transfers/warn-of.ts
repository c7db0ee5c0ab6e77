import type { Messages } from '@vm-tools/cli';
import type { VmToolsError } from '@vm-tools/errors';

/** Warns of transfers that cannot be read, where the rest can still be shown. */
export function warnOf(messages: Messages, errors: readonly VmToolsError[]): void {
  for (const { message, hint } of errors) messages.warn(hint === undefined ? message : `${message}; ${hint}`);
}
