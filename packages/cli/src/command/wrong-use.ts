import { VmToolsError } from '@vm-tools/errors';

/** The error for words of a command line that each make sense and together do not. */
export function wrongUse(message: string, hint: string): VmToolsError {
  return new VmToolsError({ code: 'USAGE', kind: 'usage', message, hint });
}
