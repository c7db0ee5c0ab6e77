import { mayTouch } from '../commit/others.ts';
import { factsOf } from './facts-of.ts';
import type { Journals } from './journals.ts';
import type { TransferRecord } from './record.ts';

/** The transfers of one guest, by the journals of a host. */
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
export async function standing(journals: Pick<Journals, 'listOf'>, uuid: string): Promise<Standing> {
  const { records, damaged } = await journals.listOf(uuid);
  const [doubt] = damaged;
  if (doubt !== undefined) throw doubt;
  return { records, open: records.find((record) => !mayTouch('user', factsOf(record))) };
}
