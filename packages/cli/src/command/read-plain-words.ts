import {
  DEFAULT_HOST,
  HOST,
  HOST_VARIABLE,
  JSON_OUTPUT,
  longOf,
  nameOf,
  ownsTimeout,
  QUIET,
  readCommand,
  TIMEOUT,
  VERBOSE,
  type CommonOptions,
  type GivenValue,
  type ReadCommand,
} from './options/common-options.ts';
import type { ArgumentSpec, CommandSpec, OptionSpec } from './spec.ts';

/** The options of every executable but --timeout, which may be its own. */
const COMMON: readonly OptionSpec[] = [VERBOSE, QUIET, JSON_OUTPUT, HOST];

/** Flags that this understands: a word, perhaps with one letter for it, and perhaps a value. */
const PLAIN = /^(?:-[a-zA-Z], )?--(?!no-)[a-z][a-z0-9-]*(?: (?:<[^<>.]+>|\[[^[\].]+\]))?$/;
/** "<domain>", "[settings...]" */
const ARGUMENT = /^[<[](?<name>[^<>[\].]+)(?<more>\.{3})?[>\]]$/;

/**
 * Reads a command line without commander, which takes as long to load as much of what the tools do. It takes only what
 * it fully understands: whole words, all of them valid. Of any such line it says the same as `parseCommand`, which has
 * to read all others and to say what is wrong with them.
 *
 * @returns undefined for a line that is not plain
 */
export function readPlainWords(
  spec: CommandSpec,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ReadCommand | undefined {
  const known = [...(spec.options ?? []), ...COMMON, ...(ownsTimeout(spec) ? [] : [TIMEOUT])];
  if (!known.every(({ flags }) => PLAIN.test(flags))) return undefined;
  const read = readWords(known, words);
  if (read === undefined) return undefined;
  const { given, others, color, verbose } = read;
  const positional = placed(spec.arguments ?? [], others);
  if (positional === undefined || !isAllowed(spec.options ?? [], given)) return undefined;
  const defaults = known.flatMap((option) =>
    option.default === undefined ? [] : [[nameOf(longOf(option.flags)), option.default] as const],
  );
  const options: CommonOptions = {
    ...Object.fromEntries(defaults),
    host: environment[HOST_VARIABLE] ?? DEFAULT_HOST,
    ...Object.fromEntries([...given].map(([name, { value }]) => [name, value])),
    color,
    verbose,
  };
  return readCommand(spec, options, positional, (name) => given.get(name));
}

interface ReadWords {
  /** by the names of the options */
  readonly given: ReadonlyMap<string, GivenValue>;
  readonly others: readonly string[];
  readonly color: boolean;
  readonly verbose: number;
}

function readWords(known: readonly OptionSpec[], words: readonly string[]): ReadWords | undefined {
  const byFlag = new Map(known.flatMap((option) => flagsOf(option).map((flag) => [flag, option] as const)));
  const given = new Map<string, GivenValue>();
  const others: string[] = [];
  let color = true;
  let verbose = 0;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string;
    if (!isOption(word)) {
      others.push(word);
      continue;
    }
    if (word === '--no-color') {
      color = false;
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const option = byFlag.get(equals === -1 ? word : word.slice(0, equals));
    if (option === undefined) return undefined;
    const name = nameOf(longOf(option.flags));
    if (!/ [<[]/.test(option.flags)) {
      if (equals !== -1) return undefined;
      if (name === 'verbose') verbose += 1;
      else given.set(name, { value: true, text: '' });
      continue;
    }
    const next = words[index + 1];
    let text = equals === -1 ? next : word.slice(equals + 1);
    if (option.flags.endsWith(']') && equals === -1) {
      // As `withPresets` does it, which knows long options only.
      if (option.preset === undefined || !word.startsWith('--')) return undefined;
      if (!/^\d/.test(next ?? '')) text = option.preset;
      else index += 1;
    } else if (equals === -1) {
      if (next === undefined || isOption(next)) return undefined;
      index += 1;
    }
    const value = valueOf(option, text ?? '');
    if (value === undefined) return undefined;
    given.set(name, value);
  }
  return { given, others, color, verbose };
}

const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';

const flagsOf = ({ flags }: OptionSpec): string[] => flags.replace(/ [<[].*/, '').split(', ');

/** Undefined for one that is refused: commander says why. */
function valueOf({ choices, parse }: OptionSpec, text: string): GivenValue | undefined {
  if (choices !== undefined && (parse !== undefined || !choices.includes(text))) return undefined;
  try {
    return { value: parse === undefined ? text : parse(text), text };
  } catch {
    return undefined;
  }
}

function isAllowed(options: readonly OptionSpec[], given: ReadWords['given']): boolean {
  return options.every(({ flags, mandatory = false, conflicts = [], default: usual }) => {
    const isGiven = given.has(nameOf(longOf(flags)));
    // Those of the environment and of commander's counting are not among the given.
    const isAlone = !conflicts.some((name) => given.has(name) || ['host', 'verbose', 'color'].includes(name));
    return isGiven ? isAlone : !mandatory || usual !== undefined;
  });
}

/** The arguments by their names; undefined when there are too few or too many. */
function placed(
  specs: readonly ArgumentSpec[],
  words: readonly string[],
): Record<string, unknown> | undefined {
  const values: [string, unknown][] = [];
  for (const [index, { name }] of specs.entries()) {
    const { name: key, more } = ARGUMENT.exec(name)?.groups ?? {};
    if (key === undefined || (more !== undefined && index < specs.length - 1)) return undefined;
    if (name.startsWith('<') && index >= words.length) return undefined;
    values.push([key, more === undefined ? words[index] : words.slice(index)]);
  }
  const isOpen = specs.at(-1)?.name.includes('...') === true;
  return words.length > specs.length && !isOpen ? undefined : Object.fromEntries(values);
}
