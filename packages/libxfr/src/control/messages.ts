import { SIDES, VmToolsError } from '@vm-tools/errors';
import { RANGES } from '@vm-tools/words';
import * as z from 'zod';
import type { ObservedEvent, TransferFigures, TransferSettings, TransferStart } from '../events.ts';
import { transferIdSchema } from '../protocol/messages.ts';
import { parseJson } from '../protocol/parse-json.ts';
import { printable } from '../protocol/printable.ts';
import { encodeRemoteError, remoteError } from '../protocol/remote-error.ts';
import { remoteErrorSchema } from '../protocol/remote-error-schema.ts';

/** Of this protocol; a client that speaks another one is told so. */
export const CONTROL_VERSION = 1;

const id = transferIdSchema;
const rate = z.string().min(1).max(1000);
const onNoConvergence = z.enum(['abort', 'force', 'throttle']).optional();

/** The questions: one for each connection, as one line of JSON. */
const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ v: z.literal(CONTROL_VERSION), do: z.literal('list') }),
  z.strictObject({ v: z.literal(CONTROL_VERSION), do: z.literal('watch'), id }),
  z.strictObject({
    v: z.literal(CONTROL_VERSION),
    do: z.literal('cancel'),
    id,
    reason: z.string().max(200).optional(),
  }),
  z.strictObject({
    v: z.literal(CONTROL_VERSION),
    do: z.literal('set'),
    id,
    /** a rate or a timetable */
    bwlimit: rate.optional(),
    stopAndCopyBwlimit: rate.optional(),
    maxDowntimeMs: z.number().min(RANGES.downtime.minMs).max(RANGES.downtime.maxMs).optional(),
    onNoConvergence,
  }),
]);

export type ControlRequest = z.infer<typeof requestSchema>;

/** A transfer that is under way, as `list` shows it. */
export interface ServedTransfer extends TransferStart {
  /** wall clock, ms since 1970 */
  readonly startedAt: number;
  readonly figures: TransferFigures;
  readonly settings: TransferSettings;
}

/** The replies, a line each: events only for `watch`, and one answer, or one error, at the end. */
export type ControlReply =
  | { readonly v: number; readonly event: ObservedEvent }
  | { readonly v: number; readonly answer: unknown }
  | { readonly v: number; readonly error: VmToolsError };

/** @throws VmToolsError XFR_CONTROL_PROTOCOL, XFR_CONTROL_VERSION (usage) */
export function decodeRequest(line: Buffer): ControlRequest {
  const value = parseJson(line, printable);
  const { v } = (value ?? {}) as { v?: unknown };
  if (typeof v === 'number' && v !== CONTROL_VERSION) throw otherVersion(v);
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? ` at ${issue.path.map(String).join('.')}` : '';
  throw controlError(`a question is not what it should be${where}: ${issue?.message ?? ''}`);
}

const optional = z.number().optional().catch(undefined);
const figuresSchema = z.object({
  status: z.string(),
  transferred: z.number(),
  zeroBytes: z.number(),
  sparedBytes: optional,
  remaining: z.number(),
  total: z.number(),
  throughput: z.number(),
  totalTime: z.number(),
  iteration: optional,
  dirtyPagesRate: optional,
  downtime: optional,
  expectedDowntime: optional,
  eta: optional,
});
const settingsSchema = z.object({
  bwlimit: z.string(),
  stopAndCopyBwlimit: z.string().optional(),
  maxDowntimeMs: z.number().optional(),
  onNoConvergence,
});
const startSchema = z.object({
  id,
  role: z.enum(SIDES),
  guest: z.object({ name: z.string(), uuid: z.string() }),
  peer: z.string(),
});
const listSchema = z.array(
  startSchema.extend({ startedAt: z.number(), figures: figuresSchema, settings: settingsSchema }),
);

export function decodeList(answer: unknown): readonly ServedTransfer[] {
  return decoded(listSchema, answer) as readonly ServedTransfer[];
}

export function decodeSettings(answer: unknown): TransferSettings {
  return decoded(settingsSchema, answer) as TransferSettings;
}

const eventSchema = z.discriminatedUnion('type', [
  startSchema.extend({ type: z.literal('began') }),
  z.object({ type: z.literal('phase'), phase: z.string(), at: z.number() }),
  figuresSchema.extend({ type: z.literal('progress') }),
  z.object({
    type: z.literal('warning'),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
  }),
  settingsSchema.extend({ type: z.literal('changed') }),
  z.object({ type: z.literal('completed'), summary: z.looseObject({ transferred: z.number() }) }),
  z.object({ type: z.literal('failed'), error: z.unknown().transform(decodeError) }),
]);

const replySchema = z.object({
  v: z.literal(CONTROL_VERSION),
  event: eventSchema.optional(),
  answer: z.unknown().optional(),
  error: z.unknown().optional(),
});

/**
 * An event, or the answer.
 *
 * @throws VmToolsError what the other side has answered; XFR_CONTROL_PROTOCOL
 */
export function decodeReply(line: Buffer): { readonly event?: ObservedEvent; readonly answer?: unknown } {
  const { event, answer, error } = decoded(replySchema, parseJson(line, printable));
  if (error !== undefined) throw decodeError(error);
  return event === undefined ? { answer } : { event: event as ObservedEvent };
}

function decoded<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw controlError(`an answer is not what it should be: ${parsed.error.issues[0]?.message ?? ''}`);
}

/** As a peer would hear it. But this is said on one host: here "uncertain" means what it says. */
export function encodeError(error: VmToolsError): Record<string, unknown> {
  return { ...encodeRemoteError(error, error.side), kind: error.kind };
}

function decodeError(error: unknown): VmToolsError {
  const told = remoteError(decoded(remoteErrorSchema, error));
  const { kind } = error as { readonly kind?: unknown };
  return kind === 'uncertain' ? told.with({ kind }) : told;
}

export function controlError(message: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_CONTROL_PROTOCOL',
    kind: 'usage',
    message,
    hint: 'ask with vm-migrate list, status, cancel or set of the same release',
  });
}

function otherVersion(theirs: number): VmToolsError {
  return new VmToolsError({
    code: 'XFR_CONTROL_VERSION',
    kind: 'usage',
    message: `version ${theirs} of the control protocol is spoken there, and version ${CONTROL_VERSION} here`,
    hint: 'use the vm-migrate of the same release as the program that moves the domain',
    details: { theirs, ours: CONTROL_VERSION },
  });
}
