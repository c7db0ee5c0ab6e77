import { VmToolsError } from '@vm-tools/errors';
import { suggest } from '@vm-tools/words';
import type { CliSpec, CommandSpec, RunnableSpec } from './spec.ts';

/** The command that the command line asks for; without `run` there is only help. */
export interface ChosenCommand<Input> {
  readonly command: CommandSpec & Pick<CliSpec<Input>, 'run'>;
  /** Without the name of the command. */
  readonly words: readonly string[];
}

/** The common options that take a value: the word behind them is no command. */
const VALUED = new Set(['--host', '--timeout']);
/** The options of an executable that does nothing by itself. */
const OWN_ANSWERS = new Set(['-h', '--help', '-V', '--version']);

/**
 * Finds the command among the words: the first one that is no option.
 * @throws VmToolsError USAGE when it is the name of none and the executable does nothing by itself
 */
export function chooseCommand<Input>(spec: CliSpec<Input>, words: readonly string[]): ChosenCommand<Input> {
  const { commands = [] } = spec;
  const index = firstArgument(words);
  const word = words[index];
  const found = commands.find(({ name }) => name === word) as RunnableSpec<Input> | undefined;
  if (found !== undefined) {
    return {
      command: { ...found, name: `${spec.name} ${found.name}` },
      words: words.toSpliced(index, 1),
    };
  }
  if (spec.run === undefined && !words.some((option) => OWN_ANSWERS.has(option))) {
    const names = commands.map(({ name }) => name).join(', ');
    throw new VmToolsError({
      code: 'USAGE',
      kind: 'usage',
      message: word === undefined ? `a command is needed: ${names}` : `"${word}" is none of ${names}`,
      hint: suggestCommand(spec, words) ?? `try ${spec.name} --help`,
    });
  }
  return { command: spec, words };
}

/** "did you mean xfrd peers?", when the first argument looks like the name of a command; undefined when it does not. */
export function suggestCommand<Input>(spec: CliSpec<Input>, words: readonly string[]): string | undefined {
  const word = words[firstArgument(words)];
  const names = (spec.commands ?? []).map(({ name }) => name);
  const meant = word === undefined || names.includes(word) ? undefined : suggest(word, names);
  return meant === undefined ? undefined : `did you mean ${spec.name} ${meant}?`;
}

/** @returns the length of `words` when there is none before `--` */
function firstArgument(words: readonly string[]): number {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string;
    if (word === '--') break;
    if (VALUED.has(word)) index += 1;
    else if (!word.startsWith('-')) return index;
  }
  return words.length;
}
