import { VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';
import { SOURCE, TARGET, type SourceState, type TargetState } from '../../commit/table.ts';
import { epochSchema } from '../../protocol/messages.ts';
import { remoteErrorSchema } from '../../protocol/remote-error-schema.ts';
import type { JournalStart } from '../journals.ts';
import type { JournalEntry, TransferRecord } from '../record.ts';
import type { JournalName } from './name.ts';

/**
 * A journal is text, one JSON object a line, so that it can be read with `cat` on a host in trouble. The first line
 * says what it is about:
 *
 * ```
 * {"version":1,"id":"0f…","role":"source","guest":{"name":"web1","uuid":"…","domid":3},"peer":"tcp://b:8002","seq":1,"state":"offered","epoch":1,"at":1760000000000}
 * {"seq":2,"state":"committed","epoch":1,"at":1760000004000}
 * ```
 *
 * A line counts when its line feed is there. One without was being written when the power went, and neither end has
 * acted on it. Anything else that is wrong means that a line was lost on which an end may have acted: that is an error,
 * and the operator's decision.
 */
const ID = /^[0-9a-f]{32}$/;
/** No first line is longer. More bytes than that without a line feed are no line that was just being written. */
const LONGEST_HEAD_BYTES = 4096;

const domid = z.int().nonnegative().optional();
const entrySchema = z.object({
  seq: z.int().positive(),
  state: z.enum([...Object.keys(SOURCE.states), ...Object.keys(TARGET.states)] as [
    SourceState | TargetState,
  ]),
  epoch: epochSchema,
  at: z.number(),
  domid,
  disks: z
    .object({ are: z.enum(['released', 'opened']), paths: z.array(z.string()), at: z.number() })
    .optional(),
  error: remoteErrorSchema.optional(),
  fenced: z.string().optional(),
});
const headSchema = entrySchema.extend({
  version: z.literal(1),
  id: z.string().regex(ID),
  role: z.enum(['source', 'target']),
  guest: z.object({ name: z.string().min(1), uuid: z.guid(), domid }),
  peer: z.string(),
  who: z.string().optional(),
});

type Head = Omit<JournalStart, 'epoch'>;

export function encodeLine(seq: number, entry: JournalEntry, head?: Head): Buffer {
  return Buffer.from(`${JSON.stringify({ ...(head && { version: 1, ...head }), seq, ...entry })}\n`);
}

/** The record of a transfer from its entries; each of them must follow from the one before by a step of the table. */
export function recordOf(head: Head, entries: readonly JournalEntry[]): TransferRecord {
  const { id, role, peer, who, guest } = head;
  const last = entries.at(-1) as JournalEntry;
  const number = entries.findLast((entry) => entry.domid !== undefined)?.domid ?? guest.domid;
  const { states } = role === 'source' ? SOURCE : TARGET;
  return {
    id,
    role,
    guest: { name: guest.name, uuid: guest.uuid, ...(number === undefined ? {} : { domid: number }) },
    peer,
    ...(who === undefined ? {} : { who }),
    epoch: last.epoch,
    state: last.state,
    isEnded: states[last.state as keyof typeof states].isEnded === true,
    entries,
  } as TransferRecord;
}

/**
 * @returns undefined when not even the first line was finished: then nothing has happened yet
 * @throws VmToolsError XFR_JOURNAL_CORRUPT of kind corrupt, with `details.line`, and `details.uuid` if that is known
 */
export function decodeJournal(
  name: JournalName,
  bytes: Buffer,
  where: string,
): { readonly record: TransferRecord; readonly length: number } | undefined {
  const { id } = name;
  const corrupt = (line: number, why: string, uuid = name.uuid): VmToolsError =>
    new VmToolsError({
      code: 'XFR_JOURNAL_CORRUPT',
      kind: 'corrupt',
      message: `line ${line} of the journal ${where} ${why}`,
      hint:
        uuid === undefined
          ? 'see on both hosts where its guest runs, then move the file away: until then no guest can be moved'
          : `see on both hosts where the guest ${uuid} runs, then move the file away: until then it cannot be moved`,
      details: { id, where, line, ...(uuid === undefined ? {} : { uuid }) },
    });

  const length = bytes.lastIndexOf('\n') + 1;
  if (length === 0) {
    if (bytes.length > LONGEST_HEAD_BYTES) throw corrupt(1, 'has no end');
    return undefined;
  }
  const [first = '', ...others] = bytes.toString('utf8', 0, length - 1).split('\n');
  const head = headSchema.safeParse(parseJson(first));
  if (!head.success) throw corrupt(1, 'is not the head of a journal');
  const { uuid } = head.data.guest;
  if (head.data.id !== id) throw corrupt(1, `is of another transfer, ${head.data.id}`, name.uuid ?? uuid);
  if (uuid !== (name.uuid ?? uuid)) throw corrupt(1, `is about another guest, ${uuid}`);
  const entries: JournalEntry[] = [];
  for (const [index, text] of [first, ...others].entries()) {
    const line = index + 1;
    const entry = entrySchema.safeParse(parseJson(text));
    if (!entry.success) throw corrupt(line, 'is damaged', uuid);
    const { seq, ...rest } = entry.data;
    if (seq !== line) throw corrupt(line, `has the number ${seq}`, uuid);
    const from = entries.at(-1)?.state ?? 'idle';
    if (!follows(head.data.role, from, rest.state)) {
      throw corrupt(line, `says ${rest.state}, which cannot follow ${from}`, uuid);
    }
    if (rest.epoch < (entries.at(-1)?.epoch ?? 1)) throw corrupt(line, 'goes back to an earlier epoch', uuid);
    entries.push(rest);
  }
  return { record: recordOf(head.data, entries), length };
}

function follows(role: TransferRecord['role'], from: string, to: string): boolean {
  const { steps } = role === 'source' ? SOURCE : TARGET;
  return steps.some((step) => step.in === from && 'write' in step && step.write === to);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
