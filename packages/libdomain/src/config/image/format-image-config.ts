import { resolve } from 'node:path';
import { formatConfig } from '../format-config.ts';
import type { NewDomainConfig } from '../schema.ts';
import { OWN_DISKS } from './boot-entries.ts';
import { IMAGE_KEY } from './image-fields.ts';
import type { FoundImage } from './image-reader.ts';

/**
 * The configuration of a guest from an image as a JSON file that is read back to the same: without the disks that are
 * made for it, and with its image, by absolute paths.
 *
 * @param folder that relative paths begin in
 */
export function formatImageConfig(
  { disks, ...config }: NewDomainConfig,
  { texts }: FoundImage,
  folder: string,
): string {
  const absolute = (path = ''): string => resolve(folder, path);
  const image = { ...texts, file: absolute(texts.file), sshKey: absolute(texts.sshKey) };
  return formatConfig({ ...config, disks: disks.slice(OWN_DISKS) }, { [IMAGE_KEY]: image });
}
