import { FAILURE_KINDS, RETRIES, SIDES } from '@vm-tools/errors';
import * as z from 'zod';
import { printable } from './printable.ts';

/** Kinds that can be sent to a peer. Whether an outcome is uncertain is for the asking side to say. */
const kind = z.enum(FAILURE_KINDS).exclude(['uncertain']);

/** The most that one error may carry; the first of a chain may be talkative, its causes are short. */
const LOG_LINES = 50;
const CAUSE_LOG_LINES = 20;
const MAX_CAUSES = 8;
const MAX_FACTS = 16;
const MAX_LEFTOVERS = 10;
/** of all causes together, so that no error outgrows its frame or the peer's journal */
const CAUSES_BYTES = 64 * 1024;

/** Text of a peer, printable and no longer than that. */
export const text = (length: number) =>
  z.string().transform((raw) => printable(raw).slice(0, length).toWellFormed());

/** Many elements, of which only some are looked at. */
const some = <T extends z.ZodType>(pick: (all: readonly unknown[]) => readonly unknown[], element: T) =>
  z.preprocess((raw) => (Array.isArray(raw) ? pick(raw) : raw), z.array(element));

const lines = (count: number) => some((all) => all.slice(-count), text(1000));

/** Facts that are no structures: whatever else there was is for the log of the end that knew it. */
const facts = z.preprocess(
  (raw) =>
    typeof raw === 'object' && raw !== null
      ? Object.fromEntries(Object.entries(raw).filter(isFact).slice(0, MAX_FACTS))
      : raw,
  z.record(text(64), z.union([z.number(), z.boolean(), text(300)])),
);

function isFact([, value]: readonly [string, unknown]): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/** One error of a chain. What came with a later release and is not understood here is left out, never refused. */
const linkSchema = z.object({
  code: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .catch('XFR_FAILED'),
  kind: kind.catch('failure'),
  message: text(2000),
  hint: text(2000).optional(),
  retry: z.enum(RETRIES).optional().catch(undefined),
  side: z.enum(SIDES).optional().catch(undefined),
  phase: text(64).optional().catch(undefined),
  guest: z
    .object({
      name: text(256).optional(),
      domid: z.int().optional(),
      uuid: z.guid().optional(),
      state: text(300),
    })
    .optional()
    .catch(undefined),
  details: facts.optional().catch(undefined),
  leftovers: some((all) => all.slice(0, MAX_LEFTOVERS), text(300))
    .optional()
    .catch(undefined),
  log: lines(LOG_LINES).optional(),
});

const causeSchema = linkSchema.extend({ log: lines(CAUSE_LOG_LINES).optional().catch(undefined) });

/**
 * An error as it travels, with the chain of its causes, the nearest first. What is too long is cut, so that no error
 * is lost for its length.
 */
export const remoteErrorSchema = linkSchema.extend({
  causes: some(endsOf, causeSchema)
    .transform((causes) => causes.filter(fitsInto(CAUSES_BYTES)))
    .optional()
    .catch(undefined),
});

export type RemoteErrorBody = z.infer<typeof remoteErrorSchema>;
/** One of a chain. */
export type RemoteLink = z.infer<typeof linkSchema>;

/** Of a chain that is too long: the nearest causes, and the one that was first. */
function endsOf<T>(all: readonly T[]): readonly T[] {
  return all.length <= MAX_CAUSES ? all : [...all.slice(0, MAX_CAUSES - 1), ...all.slice(-1)];
}

function fitsInto(bytes: number): (link: RemoteLink) => boolean {
  let left = bytes;
  return (link) => {
    const size = Buffer.byteLength(JSON.stringify(link));
    if (size > left) return false;
    left -= size;
    return true;
  };
}
