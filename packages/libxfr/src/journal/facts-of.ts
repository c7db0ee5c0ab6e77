import { SOURCE, TARGET, type StateFacts } from '../commit/table.ts';
import type { TransferRecord } from './record.ts';

/** The facts of the table about the state that a transfer is in. */
export function factsOf(record: TransferRecord): StateFacts {
  return record.role === 'source' ? SOURCE.states[record.state] : TARGET.states[record.state];
}
