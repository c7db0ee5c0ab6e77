import { configError } from '../problems/config-error.ts';
import type { Entries, Entry } from '../text/entry.ts';
import type { GuestFiles } from './guest-files.ts';
import { IMAGE_KEY } from './image-fields.ts';

/** So many disks come before those that a configuration names. */
export const OWN_DISKS = 2;

/**
 * Puts the disk and the seed of a guest before the other disks of its configuration, makes it pvh, and gives it GRUB as
 * its kernel unless it has one.
 *
 * @throws VmToolsError CONFIG_INVALID
 */
export function addBootEntries(
  entries: Entries,
  { valuePosition }: Entry,
  { files, grub }: { readonly files: GuestFiles; readonly grub: string },
): void {
  const entry = (key: string, value: Entry['value']): Entry => ({
    ...{ key, value },
    keyPosition: valuePosition,
    valuePosition,
  });
  if (!entries.has('type')) entries.set('type', entry('type', 'pvh'));
  // Before anything is refused: with an image no kernel is missing.
  if (!entries.has('kernel')) entries.set('kernel', entry('kernel', grub));
  if (entries.get('type')?.value !== 'pvh' || entries.has('bootloader'))
    throw configError(
      'CONFIG_INVALID',
      valuePosition,
      'a guest from an image is of type pvh, and starts by GRUB',
      {
        key: IMAGE_KEY,
        hint: 'leave out type and bootloader, or make a disk of the image by hand',
      },
    );
  const given = entries.get('disks');
  const more = given === undefined ? [] : given.value;
  // What is no list is told of where it is read.
  if (!Array.isArray(more)) return;
  const own = [
    { target: files.disk, vdev: 'xvda', format: 'qcow2' },
    { target: files.seed, vdev: 'xvdb', format: 'raw', access: 'ro' },
  ];
  entries.set('disks', {
    ...entry('disks', [...own, ...(more as readonly Entry['value'][])]),
    itemPositions: [valuePosition, valuePosition, ...(given?.itemPositions ?? [])],
  });
}
