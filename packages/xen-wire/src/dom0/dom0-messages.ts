import { isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import * as z from 'zod';
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

const id = z.int().min(1);
const error = z.custom<ErrorBody>(isErrorBody);

export const dom0Hello = z.object({ dom0Wire: z.int() });

export const dom0ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id, call: z.enum(DOM0_CALL_NAMES), args: z.array(z.unknown()) }),
  z.object({ type: z.literal('abort'), id }),
]);

export const dom0ServerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done'), id, result: z.unknown().optional() }),
  z.object({ type: z.literal('failed'), id, error }),
]);
