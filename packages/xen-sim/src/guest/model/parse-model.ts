import { VmToolsError } from '@vm-tools/errors';
import { invalidInput } from './invalid.ts';
import { applyWords, IDLE_MODEL, type GuestModel } from './model.ts';
import { guestWordsSchema, type GuestWords, type WordsSchema, type WrittenWords } from './words.ts';

const PREFIX = 'sim.';
const CODE = 'XEN_SIM_GUEST_MODEL';

/**
 * The model in a guest's command line, e.g. "console=hvc0 sim.dirty=20M/s sim.set=64M sim.suspend=slow:3s". Words
 * that do not begin with "sim." are for others.
 *
 * @throws VmToolsError XEN_SIM_GUEST_MODEL, of kind usage, with the word that was probably meant
 */
export function parseGuestModel(cmdline: string): GuestModel {
  return applyWords(IDLE_MODEL, parseWords(findWords(cmdline)));
}

/** The sim.* words of a command line, unread; the last one counts, as it does to a kernel. */
export function findWords(cmdline: string): WrittenWords {
  const words = cmdline.split(/\s+/).filter((word) => word.startsWith(PREFIX));
  return Object.fromEntries(words.map(splitWord));
}

function splitWord(word: string): [name: string, value: string] {
  const equals = word.indexOf('=');
  if (equals > 0 && equals < word.length - 1)
    return [word.slice(PREFIX.length, equals), word.slice(equals + 1)];
  throw new VmToolsError({
    code: CODE,
    kind: 'usage',
    message: `${word} has no value`,
    hint: 'write sim.NAME=VALUE',
  });
}

/** @throws VmToolsError XEN_SIM_GUEST_MODEL */
export function parseWords(written: WrittenWords, schema: WordsSchema = guestWordsSchema): GuestWords {
  const result = schema.safeParse(written);
  if (result.success) return result.data;
  const name = ([word]: readonly PropertyKey[]): string => PREFIX + String(word);
  throw invalidInput(result.error, { code: CODE, name, words: () => Object.keys(schema.shape) });
}
