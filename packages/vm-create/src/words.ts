import { filesAndSettings, wrongUse, type FilesAndSettings } from '@vm-tools/cli';
import { flagOf } from './image/flag-of.ts';
import type { CreateInput, ImageInput } from './options.ts';

/**
 * The files and settings among the words of the command line.
 *
 * @throws VmToolsError USAGE for what can only be meant for one domain
 */
export function wordsOf({ file, console, fromPending }: CreateInput): FilesAndSettings {
  if (file.length === 0)
    throw wrongUse('there is no file', 'name a configuration, or an image with --image: vm-create --help');
  const { files, settings } = filesAndSettings(file);
  if (files.length === 1) return { files, settings };
  if (console === true)
    throw wrongUse('only one console can be opened', 'leave out --console, or name one file');
  const own = fromPending === true ? undefined : settings.find((word) => /^\s*(name|uuid)\s*=/.test(word));
  if (own !== undefined)
    throw wrongUse(`several domains cannot all have ${own}`, 'leave it out, or name one file');
  return { files, settings };
}

/**
 * The settings among the words of a command line with an image, which takes the place of the file.
 *
 * @throws VmToolsError USAGE for a file
 */
export function settingsOf({ file }: CreateInput): readonly string[] {
  const other = file.find((word) => !word.includes('='));
  if (other === undefined) return file;
  throw wrongUse(`"${other}" is no key=value`, 'with --image there is no configuration file');
}

/**
 * Refuses what only describes a guest from an image where there is none.
 *
 * @throws VmToolsError USAGE
 */
export function requireNoImageOptions(input: CreateInput): void {
  const alone = IMAGE_OPTIONS.find(([key]) => input[key] !== undefined);
  if (alone === undefined) return;
  const [key, setting] = alone;
  const instead = setting === undefined ? 'name an image with --image' : `write ${setting} behind the file`;
  throw wrongUse(`${flagOf(key)} is for a guest from an image`, instead);
}

/** Each with what says the same of a guest with a configuration. */
const IMAGE_OPTIONS: readonly (readonly [key: keyof ImageInput, setting?: string])[] = [
  ['name', 'name=NAME'],
  ['memory', 'memory=MIB'],
  ['vcpus', 'vcpus=COUNT'],
  ['disk'],
  ['bridge'],
  ['sshKey'],
  ['user'],
  ['hostname'],
  ['ip'],
  ['gateway'],
  ['dns'],
];
