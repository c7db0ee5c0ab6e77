import { VmToolsError } from '@vm-tools/errors';
import type { CreateInput } from './options.ts';

/** What the words of the command line are. */
export interface CreateWords {
  readonly files: readonly string[];
  /** "key=value" */
  readonly settings: readonly string[];
}

/**
 * The first word is a file, whatever its name; behind it what has an equals sign is a setting, and all else a file.
 *
 * @throws VmToolsError USAGE for what can only be meant for one domain
 */
export function wordsOf({ file, console, fromPending }: CreateInput): CreateWords {
  const [first = '', ...rest] = file;
  const isSetting = (word: string): boolean => word.includes('=');
  const files = [first, ...rest.filter((word) => !isSetting(word))];
  const settings = rest.filter(isSetting);
  if (files.length === 1) return { files, settings };
  if (console === true)
    throw ofOne('only one console can be opened', 'leave out --console, or name one file');
  const own = fromPending === true ? undefined : settings.find((word) => /^\s*(name|uuid)\s*=/.test(word));
  if (own !== undefined)
    throw ofOne(`several domains cannot all have ${own}`, 'leave it out, or name one file');
  return { files, settings };
}

function ofOne(message: string, hint: string): VmToolsError {
  return new VmToolsError({ code: 'USAGE', kind: 'usage', message, hint });
}
