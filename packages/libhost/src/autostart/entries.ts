import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { writeAside } from '@vm-tools/write-file';
import { autostartFolder } from '../paths.ts';
import { readRecords } from '../read-records.ts';
import { decodeEntry, encodeEntry, type AutostartEntry } from './entry.ts';

/** All of a host, in their order, and what is wrong with those that cannot be read. */
export interface AutostartEntries {
  readonly entries: readonly AutostartEntry[];
  readonly damaged: readonly VmToolsError[];
}

/** What starts with a host. */
export async function readAutostart(root: string): Promise<AutostartEntries> {
  const { records, damaged } = await readRecords(autostartFolder(root), decodeEntry, corrupt);
  const entries = records.sort((a, b) => a.order - b.order || a.name.localeCompare(b.name));
  return { entries, damaged };
}

/** @returns that of this guest, which may have been renamed since */
export function entryOf(
  entries: readonly AutostartEntry[],
  { uuid, name }: Pick<AutostartEntry, 'uuid' | 'name'>,
): AutostartEntry | undefined {
  return entries.find((entry) => entry.uuid === uuid) ?? entries.find((entry) => entry.name === name);
}

/** Replaces that of the same UUID; a configuration may have passwords, so that only its owner reads it. */
export async function writeAutostart(root: string, entry: AutostartEntry): Promise<void> {
  await writeAside(join(autostartFolder(root), `${entry.uuid}.json`), encodeEntry(entry), {
    mode: 0o600,
    folderMode: 0o700,
    synced: 'folder',
  });
}

/** The guest does not start with its host any more. */
export async function removeAutostart(root: string, { uuid }: Pick<AutostartEntry, 'uuid'>): Promise<void> {
  await rm(join(autostartFolder(root), `${uuid}.json`), { force: true });
}

function corrupt(path: string, thrown: unknown): VmToolsError {
  return new VmToolsError({
    code: 'AUTOSTART_CORRUPT',
    kind: 'corrupt',
    message: `what ${path} says of a guest that starts with this host cannot be read: ${messageOf(thrown)}`,
    hint: 'remove the file, and let the guest start with the host anew: vm-autostart on',
    details: { path },
    cause: thrown,
  });
}
