import { join } from 'node:path';
import { fileJournals } from '@vm-tools/libxfr';
import { JOURNAL_FOLDER, type Journals, type KnownTransfer } from '@vm-tools/libxfr/journals';
import { listTransfers } from '@vm-tools/libxfr/recovery';
import type { WantedGuest } from '@vm-tools/libxfr/types';

/** The journals of a host: all tools and xfrd share them, and so each can finish what another one has left. */
export function journalsOf({ root }: { readonly root: string }): Journals {
  return fileJournals(join(root, JOURNAL_FOLDER));
}

/** The transfers of a host of which it is not decided where the guest is. */
export async function openTransfers(host: { readonly root: string }): Promise<readonly KnownTransfer[]> {
  const { transfers } = await listTransfers(journalsOf(host));
  return transfers.filter(({ owner, isEnded }) => owner === 'undecided' && !isEnded);
}

/** Whether a guest is the one that is asked for. */
export function isWanted(
  wanted: WantedGuest,
  guest: { readonly name: string; readonly uuid: string },
): boolean {
  return 'name' in wanted ? guest.name === wanted.name : guest.uuid === wanted.uuid;
}
