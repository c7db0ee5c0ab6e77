import type { TransferRecord } from '@vm-tools/libxfr/journals';
import {
  journalEntrySchema,
  journalStartSchema,
  offerSchema,
  wantedSchema,
  transferIdSchema,
} from '@vm-tools/libxfr/receiver';
import { isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import type { Answer } from '@vm-tools/ipc/calls';
import * as z from 'zod';
import type { FirstSettings, ReceiverSettings } from './settings.ts';

/**
 * The messages between the keeper, which owns the host, and the receiver, which reads what peers send. Each line is a
 * JSON value; each call has a number of the receiver's own:
 *
 * ```
 *   receiver                                        keeper
 *                                              <--  begin {settings}
 *   ready {addresses}                          -->
 *   call 1 begin {start}                       -->
 *                                              <--  done 1 {record}
 *   call 2 restore {uuid, configJson}          -->
 *                                              <--  feed 2 {token}
 *   expecting 2                                -->
 *          the keeper calls the receiver's other socket, says the token, and gets the bytes of the libxc stream
 *   fed 2                                      -->
 *                                              <--  done 2 {domid}
 *   event {…}                                  -->
 *                                              <--  dial 1 {role, peer, token}
 *   dialled 1 {peer}                           -->
 *          the keeper calls the other socket, says the token, and talks to the peer
 *                                              <--  change {settings}
 *                                              <--  drain
 *   (ends when nothing is left to do)
 * ```
 *
 * The receiver believes what the keeper says. The keeper believes nothing: all that comes goes through these schemas,
 * and through the table of the commit protocol behind them.
 */

/** The longest line of either side: room for the configuration of a domain, and for its quoting. */
export const LONGEST_LINE_BYTES = 8 << 20;
/** The most calls of the receiver that are not answered yet. */
export const MOST_CALLS = 4096;

const MAX_CONFIG_CHARACTERS = 2 ** 20;
const nothing = z.object({});
const who = z.string().max(256);
const uuid = z.guid().toLowerCase();
const transfer = z.object({ id: transferIdSchema });
const guest = z.object({ uuid });
const configured = guest.extend({ configJson: z.string().max(MAX_CONFIG_CHARACTERS) });

/** The calls of the receiver, and their arguments. */
export const CALLS = {
  peers: nothing,
  authorise: z.object({ who, offer: offerSchema }),
  leave: z.object({ grant: z.int() }),
  begin: z.object({ start: journalStartSchema }),
  open: transfer,
  read: transfer,
  append: transfer.extend({ entry: journalEntrySchema }),
  remove: transfer,
  close: transfer,
  check: z.object({ offer: offerSchema, who: who.exactOptional() }),
  where: z.object({ wanted: wantedSchema }),
  free: z.object({ offer: offerSchema, who: who.exactOptional() }),
  reserve: z.object({ offer: offerSchema }),
  expect: configured,
  restore: configured,
  start: guest,
  abandon: guest,
} as const;

export type CallName = keyof typeof CALLS;
export type CallArgs<Name extends CallName> = z.infer<(typeof CALLS)[Name]>;

const id = z.int().min(1);
const error = z.custom<ErrorBody>(isErrorBody);
const text = z.string().max(4096);
const count = z.number().nonnegative();
const session = {
  session: z.int().min(1),
  peer: text,
  who: text.exactOptional(),
  transfer: text.exactOptional(),
  name: text.exactOptional(),
};

/** The part of an event that is looked at here; what else is in it is only shown. */
const transferEvent = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('began') }),
  z.looseObject({ type: z.literal('phase'), phase: z.string().max(64) }),
  z.looseObject({ type: z.literal('progress'), transferred: count, zeroBytes: count, remaining: count }),
  z.looseObject({ type: z.literal('warning'), code: z.string().max(64), message: text }),
  z.looseObject({
    type: z.literal('completed'),
    summary: z.looseObject({
      transferred: count,
      zeroBytes: count,
      totalTimeMs: count,
      iterations: count,
      downtimeMs: count.exactOptional(),
      domid: z.int().nonnegative().exactOptional(),
    }),
  }),
]);

const listenEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connected'), ...session }),
  z.object({ type: z.literal('transfer'), event: transferEvent, ...session }),
  z.object({ type: z.literal('failed'), error, ...session }),
  z.object({ type: z.literal('accept-failed'), error }),
]);

export const receiverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), addresses: z.array(text).max(256), port: z.int().exactOptional() }),
  /** It could not begin, and ends. */
  z.object({ type: z.literal('unable'), error }),
  z.object({
    type: z.literal('call'),
    id,
    call: z.enum(Object.keys(CALLS) as CallName[]),
    args: z.unknown(),
  }),
  z.object({ type: z.literal('expecting'), id }),
  z.object({ type: z.literal('fed'), id }),
  /** The reader of a feed has had enough; its own end knows why. */
  z.object({ type: z.literal('unfed'), id }),
  z.object({ type: z.literal('abort'), id, error }),
  z.object({
    type: z.literal('dialled'),
    id,
    peer: text,
    address: text.exactOptional(),
    who: who.exactOptional(),
    isConfidential: z.boolean(),
  }),
  z.object({ type: z.literal('undialled'), id, error }),
  z.object({ type: z.literal('event'), event: listenEvent }),
]);
export type ReceiverMessage = z.infer<typeof receiverMessage>;

/** Reach the other end of an earlier transfer, so that the keeper can ask it. */
export interface Dial extends Pick<TransferRecord, 'role' | 'peer'> {
  readonly type: 'dial';
  readonly id: number;
  readonly token: string;
}

export type KeeperMessage =
  | { readonly type: 'begin'; readonly settings: FirstSettings }
  | { readonly type: 'change'; readonly settings: ReceiverSettings }
  | { readonly type: 'drain' }
  | Dial
  | Answer
  | { readonly type: 'feed'; readonly id: number; readonly token: string };
