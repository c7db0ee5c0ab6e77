import { isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import type { Answer } from '@vm-tools/ipc/calls';
import { CALL_NAMES, precopyStats, version } from './calls.ts';
import { anything, checked, integer, list, object, oneOf, text, variant, type Shaped } from './shape.ts';

/**
 * How a `Xen` is used from another process. Each connection begins with a line of either side; then a line is a
 * JSON value, and each call has a number of the client's own:
 *
 * ```
 *   client                                       server
 *   {"xenWire":1}                          -->
 *                                          <--   {"xenWire":1,"version":{"major":4,"minor":17,"extra":".7"}}
 *   call 1 domainPause [7]                 -->
 *                                          <--   done 1
 *   call 2 domainSave [7,{"live":true,…}]  -->
 *                                          <--   attach 2, with a token
 *   on a connection of its own:
 *   {"xenWire":1,"attach":"the token"}     -->
 *                                          <--   the bytes of the image, and the end of the connection
 *                                          <--   log 2, precopy 2 {"iteration":0,…}, suspend 2
 *   answer 2 "continue", or refuse 2       -->
 *   abort 2, at any time                   -->
 *                                          <--   done 2, or failed 2 with the error
 * ```
 *
 * A restore is the same with the bytes in the other direction. Images have connections of their own so that neither
 * waits for the other: a reader that is slow slows down the image alone. `done` of a save comes behind its last byte.
 */
export const WIRE_VERSION = 1;

/** The longest line of a client: room for the ACPI tables of a guest, the largest thing that it sends. */
export const LONGEST_REQUEST_BYTES = 1 << 20;
/** The longest line of a server: room for the list of as many domains as Xen can have. */
export const LONGEST_ANSWER_BYTES = 32 << 20;

const wireVersion = { xenWire: integer(0) };
export const clientHello = object(wireVersion, { attach: text });
/** A server of another version says its number, whatever else it says. */
export const serverHello = object(wireVersion, { version });

const id = integer(1);
const error = checked<ErrorBody>('an error', isErrorBody);

export const clientMessage = variant('type', {
  call: object({ id, call: oneOf(CALL_NAMES), args: list(anything) }),
  answer: object({ id, decision: oneOf(['continue', 'stop-and-copy', 'abort']) }),
  refuse: object({ id, error }),
  abort: object({ id }, { reason: error }),
});
export type ClientMessage = Shaped<typeof clientMessage>;

export const serverMessage = variant('type', {
  done: object({ id }, { result: anything }),
  failed: object({ id, error }),
  attach: object({ id, token: text }),
  log: object({ id, line: text }),
  suspend: object({ id }),
  precopy: object({ id, stats: precopyStats }),
});
export type ServerMessage = Shaped<typeof serverMessage>;
/** A message of the server about a call before its answer. */
export type AboutCall = Exclude<ServerMessage, Answer>;
/** The client answers it with `answer` or `refuse`. */
export type Question = Extract<ServerMessage, { type: 'suspend' | 'precopy' }>;
