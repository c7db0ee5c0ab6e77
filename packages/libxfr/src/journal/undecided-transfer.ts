import { readdir } from 'node:fs/promises';
import { JOURNAL_FOLDER, parseJournalName } from './format/name.ts';
import type { KnownTransfer } from './known-transfer.ts';

/**
 * The transfer of a guest of which it is not settled yet where the guest is. Until then what the journal says counts
 * more than what the hypervisor shows, and only the transfer itself, or `vm-migrate resolve`, touches the guest. Of a
 * guest that has no journal nothing is read, and nothing is loaded.
 *
 * @param uuid in any spelling
 * @param folder of the journals
 * @throws VmToolsError XFR_JOURNAL_CORRUPT (corrupt) when a damaged journal may be about this guest; XFR_FILE_DENIED
 */
export async function undecidedTransfer(
  uuid: string,
  folder: string = JOURNAL_FOLDER,
): Promise<KnownTransfer | undefined> {
  const guest = uuid.toLowerCase();
  const names = await readdir(folder).catch(() => undefined); // the whole look says what is wrong with it
  const isOwn = (name: string): boolean => {
    const parsed = parseJournalName(name);
    return parsed !== undefined && (parsed.uuid ?? guest) === guest;
  };
  if (names?.some(isOwn) === false) return undefined;
  const [{ fileJournals }, { standing }, { knownTransfer }] = await Promise.all([
    import('./open-journals.ts'),
    import('./standing.ts'),
    import('./known-transfer.ts'),
  ]);
  const { open } = await standing(fileJournals(folder), guest);
  return open && knownTransfer(open);
}

/** The error for a tool that wants to change such a guest. */
export async function requireDecided(uuid: string, folder?: string): Promise<void> {
  const transfer = await undecidedTransfer(uuid, folder);
  if (transfer === undefined) return;
  const { unresolved } = await import('./unresolved.ts');
  throw unresolved(transfer);
}
