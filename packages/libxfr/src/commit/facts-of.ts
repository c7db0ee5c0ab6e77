import type { TransferRecord } from '../journal/record.ts';
import { SOURCE, TARGET, type StateFacts } from './table.ts';

/** What the table says of the state that a transfer is in. */
export function factsOf(record: TransferRecord): StateFacts {
  return record.role === 'source' ? SOURCE.states[record.state] : TARGET.states[record.state];
}
