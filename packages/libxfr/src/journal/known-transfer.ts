import type { VmToolsError } from '@vm-tools/errors';
import { factsOf } from './facts-of.ts';
import type { Journals } from './journals.ts';
import type { TransferRecord } from './record.ts';

/** A transfer as its owner wants to see it. */
export interface KnownTransfer {
  readonly id: string;
  readonly role: TransferRecord['role'];
  readonly guest: TransferRecord['guest'];
  readonly peer: string;
  /** the name under which the other end is trusted here, where the transport can tell */
  readonly who?: string | undefined;
  readonly epoch: number;
  readonly state: TransferRecord['state'];
  /** a clause about the guest that says what the state means */
  readonly means: string;
  /** on which side of the transfer the guest lives, seen from this host */
  readonly owner: 'here' | 'there' | 'undecided';
  readonly isEnded: boolean;
  /** wall clock, ms since 1970 */
  readonly beganAt: number;
  readonly changedAt: number;
}

/** All that the journals of this host know, the oldest first, and what is wrong with those that cannot be read. */
export async function listTransfers(
  journals: Journals,
): Promise<{ readonly transfers: readonly KnownTransfer[]; readonly damaged: readonly VmToolsError[] }> {
  const { records, damaged } = await journals.list();
  return { transfers: records.map(knownTransfer), damaged };
}

/** A transfer of which the record has been read already. */
export function knownTransfer(record: TransferRecord): KnownTransfer {
  const { id, role, guest, peer, who, epoch, state, isEnded, entries } = record;
  const { word, means } = factsOf(record);
  const isHere = word === (role === 'source' ? 'FENCED' : 'RUNNING');
  const owner = word === 'PENDING' ? 'undecided' : isHere ? 'here' : 'there';
  const beganAt = entries[0]?.at ?? 0;
  return {
    id,
    role,
    guest,
    peer,
    ...(who === undefined ? {} : { who }),
    epoch,
    state,
    means,
    owner,
    isEnded,
    beganAt,
    changedAt: entries.at(-1)?.at ?? 0,
  };
}
