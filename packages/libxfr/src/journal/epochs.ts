import { MAX_EPOCH } from '../protocol/messages.ts';
import type { TransferRecord } from './record.ts';

/**
 * The most that one transfer may raise our count by. A peer that says more is followed in that transfer, and not
 * counted so.
 */
const MOST_AT_ONCE = 1000;

/** The epoch of the next transfer of a guest, from those before it, the oldest first. */
export function nextEpoch(records: readonly Pick<TransferRecord, 'epoch'>[]): number {
  const count = records.reduce(
    (before, { epoch }) => Math.max(before, Math.min(epoch, before + MOST_AT_ONCE)),
    0,
  );
  return Math.min(count + 1, MAX_EPOCH);
}
