import type { Domain, Host } from '@vm-tools/libdomain';
import { listTransfers } from '@vm-tools/libxfr/recovery';
import { journalsOf } from '../journals.ts';
import { readAutostart, writeAutostart, type AutostartEntries } from './entries.ts';
import type { AutostartEntry } from './entry.ts';

/**
 * Notes which of the guests that start with this host live at a peer by now, and which have come back: one that was
 * moved away must not start here as well. Journals of transfers say so for a week, so it is written into the entry as
 * soon as it is seen.
 *
 * @param domains all of this host
 */
export async function settleAway(
  host: Pick<Host, 'root'>,
  { entries, damaged }: AutostartEntries,
  domains: readonly Pick<Domain, 'uuid' | 'state'>[],
): Promise<AutostartEntries> {
  if (entries.length === 0) return { entries, damaged };
  const { transfers } = await listTransfers(journalsOf(host));
  const settled: AutostartEntry[] = [];
  for (const entry of entries) {
    const isHere = domains.some(({ uuid, state }) => uuid === entry.uuid && state !== 'dying');
    const last = transfers.filter(({ guest, isEnded }) => guest.uuid === entry.uuid && isEnded).at(-1);
    const moved = last?.role === 'source' && last.owner === 'there' ? last.peer : undefined;
    const away = isHere || (last !== undefined && moved === undefined) ? undefined : (moved ?? entry.away);
    if (away !== entry.away) await writeAutostart(host.root, { ...entry, away });
    settled.push({ ...entry, away });
  }
  return { entries: settled, damaged };
}

/** The same for one guest that has just been moved, for a caller that knows it. */
export async function noteAway(root: string, uuid: string, peer: string): Promise<void> {
  const { entries } = await readAutostart(root);
  const entry = entries.find((each) => each.uuid === uuid);
  if (entry !== undefined) await writeAutostart(root, { ...entry, away: peer });
}
