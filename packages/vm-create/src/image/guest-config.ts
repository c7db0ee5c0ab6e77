import { memoryKib, wrongUse } from '@vm-tools/cli';
import {
  configError,
  parsePlacedConfig,
  readPlacedConfig,
  type Entries,
  type Entry,
  type PlacedConfig,
  type ReadConfigFileOptions,
} from '@vm-tools/libdomain';
import type { ImageInput } from '../options.ts';
import { addBootEntries, IMAGE_KEY } from './boot-entries.ts';
import { flagOf } from './flag-of.ts';
import { filesOf, grubOf } from './places.ts';
import { readSection, type ImageSection, type Refuse } from './section.ts';

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
  const reader = imageReader(root, byPlace);
  const placed = await readPlacedConfig(path, { ...options, prepare: reader.prepare });
  return { ...placed, section: reader.section() };
}

interface ImageReader {
  readonly prepare: (entries: Entries) => void;
  /** what was found, if anything */
  readonly section: () => ImageSection | undefined;
}

/** Takes the image out of a configuration while that is read, and puts in what the guest starts from. */
function imageReader(root: string, refuseBy: (entry: Entry) => Refuse): ImageReader {
  let section: ImageSection | undefined;
  return {
    section: () => section,
    prepare(entries) {
      const entry = entries.get(IMAGE_KEY);
      if (entry === undefined) return;
      entries.delete(IMAGE_KEY);
      // A name that is none is refused before anything is written.
      const name = entries.get('name')?.value;
      const files = filesOf(root, typeof name === 'string' ? name : '');
      addBootEntries(entries, entry, { files, grub: grubOf(root) });
      section = readSection(entry.value, refuseBy(entry));
    },
  };
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
  return { ...placed, section: reader.section() };
}

const byPlace =
  ({ key, valuePosition }: Entry): Refuse =>
  (field, sentence, hint) =>
    configError('CONFIG_INVALID', valuePosition, `${[key, field].filter(Boolean).join('.')} ${sentence}`, {
      key,
      hint,
    });

/** The file has an option of another name, and the whole of it no own. */
const byOption: Refuse = (field, sentence, hint) =>
  wrongUse(`${flagOf(field === '' || field === 'file' ? IMAGE_KEY : field)} ${sentence}`, hint);
