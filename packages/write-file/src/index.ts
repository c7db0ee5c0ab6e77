/**
 * Writes a small file whole or not at all: beside its place, and then under its name.
 *
 * @example
 * ```ts
 * await writeAside('/etc/vm-tools/peers/b.json', text, { mode: 0o644, folderMode: 0o755, synced: 'folder' });
 * const isMine = await writeAside(path, key, { mode: 0o600, isNew: true }); // false: another process was first
 * ```
 *
 * @packageDocumentation
 */
export { writeAside } from './write-aside.ts';
export type { WriteAsideOptions } from './write-aside.ts';
export { syncFolder } from './sync-folder.ts';
