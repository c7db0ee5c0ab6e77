import { isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import type { Answer } from '@vm-tools/ipc/calls';
import * as z from 'zod';
import { CALL_NAMES, precopyStats, version } from './calls.ts';

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

const hello = z.object({ xenWire: z.int() });
export const clientHello = hello.extend({ attach: z.string().optional() });
/** A server of another version says its number, whatever else it says. */
export const serverHello = hello.extend({ version: version.optional() });

const id = z.int().min(1);
const error = z.custom<ErrorBody>(isErrorBody);

export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id, call: z.enum(CALL_NAMES), args: z.array(z.unknown()) }),
  z.object({ type: z.literal('answer'), id, decision: z.enum(['continue', 'stop-and-copy', 'abort']) }),
  z.object({ type: z.literal('refuse'), id, error }),
  z.object({ type: z.literal('abort'), id, reason: error.exactOptional() }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

const question = [
  z.object({ type: z.literal('suspend'), id }),
  z.object({ type: z.literal('precopy'), id, stats: precopyStats }),
] as const;

export const serverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done'), id, result: z.unknown().optional() }),
  z.object({ type: z.literal('failed'), id, error }),
  z.object({ type: z.literal('attach'), id, token: z.string() }),
  z.object({ type: z.literal('log'), id, line: z.string() }),
  ...question,
]);
export type ServerMessage = z.infer<typeof serverMessage>;
/** A message of the server about a call before its answer. */
export type AboutCall = Exclude<ServerMessage, Answer>;
/** The client answers it with `answer` or `refuse`. */
export type Question = z.infer<(typeof question)[number]>;
