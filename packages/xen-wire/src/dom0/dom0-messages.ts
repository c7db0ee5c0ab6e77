import { isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import { anything, checked, integer, list, object, oneOf, variant } from '../protocol/shape.ts';
import { DOM0_CALL_NAMES } from './dom0-calls.ts';

/**
 * How a `Dom0` is used from another process: a line of either side, `{"dom0Wire":1}`, and then calls with numbers of
 * the client's own, each of which the server answers once.
 *
 * ```
 *   client                                       server
 *   call 1 lookAt ["/d/web.img"]           -->
 *                                          <--   done 1, or failed 1 with the error
 *   abort 1, at any time                   -->
 * ```
 */
export const DOM0_WIRE_VERSION = 1;

/** The longest line of either side: room for the answer of a qemu, of which libxl reads a MiB. */
export const LONGEST_DOM0_BYTES = 4 << 20;

const id = integer(1);
const error = checked<ErrorBody>('an error', isErrorBody);

export const dom0Hello = object({ dom0Wire: integer(0) });

export const dom0ClientMessage = variant('type', {
  call: object({ id, call: oneOf(DOM0_CALL_NAMES), args: list(anything) }),
  abort: object({ id }),
});

export const dom0ServerMessage = variant('type', {
  done: object({ id }, { result: anything }),
  failed: object({ id, error }),
});
