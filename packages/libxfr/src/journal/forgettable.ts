import type { JournalStart } from './journals.ts';
import type { TransferId, TransferRecord } from './record.ts';

/** How long a journal that has ended answers a peer that asks late. */
export const WEEK_MS = 7 * 24 * 3600 * 1000;
/** Of one peer there are not more that have ended: it can make as many as it likes. */
const MOST_OF_A_PEER = 100;
/** The guest is here: the newest of its journals keeps the count of its epochs. */
const HERE: ReadonlySet<TransferRecord['state']> = new Set(['kept', 'settled']);

/** Journals of which nothing is needed any more. */
export function forgettable(
  records: readonly TransferRecord[],
  { now, olderThanMs = WEEK_MS }: { readonly now: number; readonly olderThanMs?: number | undefined },
): readonly TransferId[] {
  const newest = new Map<string, TransferRecord>();
  for (const record of records) {
    const { uuid } = record.guest;
    if ((newest.get(uuid)?.epoch ?? 0) <= record.epoch) newest.set(uuid, record);
  }
  const counts = new Map<string, number>();
  const isTooMany = ({ who, peer }: Pick<JournalStart, 'who' | 'peer'>): boolean => {
    const name = who ?? peer.replace(/:\d+$/, '');
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count > MOST_OF_A_PEER;
  };
  return records
    .filter((record) => record.isEnded)
    .sort((a, b) => endedAt(b) - endedAt(a))
    .filter((record) => {
      const isOld = endedAt(record) + olderThanMs <= now;
      // Each one is counted, whether it goes or not.
      const mayGo = isTooMany(record) || isOld;
      return mayGo && !(HERE.has(record.state) && newest.get(record.guest.uuid) === record);
    })
    .map(({ id }) => id);
}

function endedAt({ entries }: TransferRecord): number {
  return entries.at(-1)?.at ?? 0;
}
