import { factsOf } from '../commit/facts-of.ts';
import type { Journals } from './journals.ts';
import type { TransferRecord } from './record.ts';

/** What the journals of a host say of one guest. */
export interface Standing {
  /** all transfers of it, the oldest first */
  readonly records: readonly TransferRecord[];
  /** The one of these that is not decided: no other may begin. */
  readonly open: TransferRecord | undefined;
}

/**
 * How a guest stands with the journals.
 *
 * @param uuid in any spelling
 * @throws VmToolsError XFR_JOURNAL_CORRUPT (corrupt) when a damaged journal may be about this guest
 */
export async function standing({ list }: Pick<Journals, 'list'>, uuid: string): Promise<Standing> {
  const guest = uuid.toLowerCase();
  const { records, damaged } = await list();
  const doubt = damaged.find(({ details }) => (details['uuid'] ?? guest) === guest);
  if (doubt !== undefined) throw doubt;
  const own = records.filter((record) => record.guest.uuid === guest);
  return { records: own, open: own.find((record) => factsOf(record).isDecided !== true) };
}
