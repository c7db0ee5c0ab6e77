import { filesAndSettings, wrongUse, type FilesAndSettings } from '@vm-tools/cli';
import type { CreateInput } from './options.ts';

/**
 * The files and settings among the words of the command line.
 *
 * @throws VmToolsError USAGE for what can only be meant for one domain
 */
export function wordsOf({ file, console, fromPending }: CreateInput): FilesAndSettings {
  const { files, settings } = filesAndSettings(file);
  if (files.length === 1) return { files, settings };
  if (console === true)
    throw wrongUse('only one console can be opened', 'leave out --console, or name one file');
  const own = fromPending === true ? undefined : settings.find((word) => /^\s*(name|uuid)\s*=/.test(word));
  if (own !== undefined)
    throw wrongUse(`several domains cannot all have ${own}`, 'leave it out, or name one file');
  return { files, settings };
}
