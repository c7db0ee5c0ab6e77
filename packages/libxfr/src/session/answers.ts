import type { Word } from '../commit/table.ts';
import { factsOf } from '../journal/facts-of.ts';
import type { TransferRecord } from '../journal/record.ts';
import type { Body, Control } from '../protocol/messages.ts';

export const WORDS = ['RUNNING', 'FENCED', 'PENDING', 'UNKNOWN'] as const satisfies readonly Word[];

/** An answer about a transfer: one of the four words, and its facts. */
export type Answer = Control<Word>;

/** The answer of a transfer's journal to a question. */
export function answerOf(record: TransferRecord | undefined): Answer {
  if (record === undefined) return { name: 'UNKNOWN', body: {} };
  const { word } = factsOf(record);
  const error = record.entries.findLast((entry) => entry.error !== undefined)?.error;
  switch (word) {
    case 'RUNNING':
      return { name: word, body: runningBody(record) };
    case 'FENCED':
      return { name: word, body: { error, tried: record.entries.some(({ state }) => state === 'owner') } };
    case 'PENDING':
      return { name: word, body: { error } };
  }
}

export function runningBody({ guest, entries, role }: TransferRecord): Body<'RUNNING'> {
  const at = entries.at(-1)?.at ?? 0;
  // The source's number of the guest says nothing about the target's.
  return role === 'target' ? { domid: guest.domid, at } : { at };
}
