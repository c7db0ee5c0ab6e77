import { memoryKib, wrongUse } from '@vm-tools/cli';
import {
  parsePlacedConfig,
  readPlacedConfig,
  type PlacedConfig,
  type ReadConfigFileOptions,
} from '@vm-tools/libdomain';
import { IMAGE_KEY, imageReader, type ImageSection, type Refuse } from '@vm-tools/libdomain/image';
import type { ImageInput } from '../options.ts';
import { flagOf } from './flag-of.ts';

/** A configuration, and what it says of the image that its guest is made from. */
export interface GuestConfig extends PlacedConfig {
  readonly section: ImageSection | undefined;
}

export interface GuestConfigOptions extends Omit<ReadConfigFileOptions, 'prepare'> {
  /** of the files of the host */
  readonly root: string;
}

/**
 * Reads the file of a configuration that may have an image.
 *
 * @throws VmToolsError CONFIG_…
 */
export async function readGuestConfig(
  path: string,
  { root, ...options }: GuestConfigOptions,
): Promise<GuestConfig> {
  const reader = imageReader(root);
  const placed = await readPlacedConfig(path, { ...options, prepare: reader.prepare });
  return { ...placed, section: reader.found()?.section };
}

/** The configuration that options of the command line make; `key=value` adds what no option says. */
export function configOfOptions(
  input: ImageInput & { readonly image: string },
  { root, ...options }: GuestConfigOptions,
): GuestConfig {
  const { image, memory, vcpus = 1, bridge, disk, sshKey, user, hostname, ip, gateway, dns } = input;
  if (input.name === undefined)
    throw wrongUse('--name is missing', 'say how the guest is called: --name web1');
  if (memory === undefined) throw wrongUse('--memory is missing', 'say how much the guest gets: --memory 2G');
  const config = {
    name: input.name,
    memory: `${memoryKib('--memory', memory)}KiB`,
    vcpus,
    networks: [bridge === undefined ? {} : { bridge }],
    image: { file: image, disk, sshKey, user, hostname, ip, gateway, dns },
  };
  const reader = imageReader(root, () => byOption);
  const placed = parsePlacedConfig(JSON.stringify(config), 'command line', {
    ...options,
    prepare: reader.prepare,
  });
  return { ...placed, section: reader.found()?.section };
}

/** The file has an option of another name, and the whole of it no own. */
const byOption: Refuse = (field, sentence, hint) =>
  wrongUse(`${flagOf(field === '' || field === 'file' ? IMAGE_KEY : field)} ${sentence}`, hint);
