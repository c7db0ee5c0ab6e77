import type { TransferId } from '../record.ts';

/** The folder in which the tools of one host keep the journals. */
export const JOURNAL_FOLDER = '/var/lib/vm-tools/transfers';

/**
 * The facts in the name of a journal. The guest is in it besides in the first line, because a journal of which not a
 * line can be read must still tell which guest, and which one only, it keeps from being moved.
 */
export interface JournalName {
  readonly id: TransferId;
  /** lower case; undefined when only the first line says it, as in journals of the first release */
  readonly uuid?: string | undefined;
}

const NAME = /^(?<id>[0-9a-f]{32})(?:\.(?<uuid>[0-9a-z-]+))?\.jsonl$/;

export function formatJournalName({ id, uuid }: Required<JournalName>): string {
  return `${id}.${uuid}.jsonl`;
}

/** undefined for a file that is no journal */
export function parseJournalName(name: string): JournalName | undefined {
  const groups = NAME.exec(name)?.groups;
  return groups === undefined ? undefined : { id: groups['id'] as string, uuid: groups['uuid'] };
}
