import { constants } from 'node:os';
import type { VmToolsError } from '@vm-tools/errors';
import { callError } from '@vm-tools/xc-native';
import { strerror, type ErrnoName } from './strerror.ts';

/**
 * The rejection of the interface `Xen` when a call fails with this errno: the very error that xc-native makes of it.
 *
 * @param call libxc's name of it, e.g. "xc_domain_pause"
 * @param log the lines that libxc would have logged, "level: text"; its first error line becomes the sentence
 */
export function refuse(
  call: string,
  errno: ErrnoName,
  domid?: number,
  log: readonly string[] = [],
): VmToolsError {
  return callError({ call, domid, errno: constants.errno[errno], errnoText: strerror(errno), log });
}
