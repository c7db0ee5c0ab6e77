import type { CommandSpec } from '../src/command/spec.ts';
import { optionOf, type Tools } from './commands-of-tools.ts';

/** Words behind the name of an executable that are no command of it, but go on with the sentence. */
const PROSE = new Set(
  'a again and answers as asks at destroys does ends first has in is it itself keeps lists makes now of on only or removes resumes runs shows takes tells tries with without'.split(
    ' ',
  ),
);

/**
 * The mistakes in the commands that a text names: each must be one of the executables with its commands, options and
 * choices, so that a user who follows it gets somewhere.
 */
export function faultsOfCommands(text: string, tools: Tools): string[] {
  const programs = [...tools.keys()].join('|');
  const mentions = text.matchAll(
    new RegExp(`(?<![\\w@/.-])(${programs})(?![\\w/.@-])((?: [^\\s;:,()"'\`]+)*)`, 'g'),
  );
  const unknown = [...text.matchAll(/(?<![\w@/.-])vm-[a-z]+/g)].flatMap(([name]) =>
    tools.has(name) || name === 'vm-tools' ? [] : [`${name} is no executable`],
  );
  const faults = [...mentions].flatMap(([mention, program = '', rest = '']) =>
    faultsOfCommand(tools, program, rest.trim().split(' ').filter(Boolean)).map(
      (fault) => `${mention}: ${fault}`,
    ),
  );
  return [...unknown, ...faults];
}

function faultsOfCommand(tools: Tools, program: string, words: readonly string[]): string[] {
  const tool = tools.get(program);
  if (tool === undefined) return [];
  const [first] = words;
  const named = first === undefined ? undefined : tool.commands.get(first);
  const isWord = first !== undefined && /^[a-z]+$/.test(first) && !PROSE.has(first);
  if (named === undefined && isWord && tool.commands.size > 0) return [`"${first}" is none of its commands`];
  const command = named ?? tool.own;
  const given = named === undefined ? words : words.slice(1);
  return [...faultsOfOptions(command, given), ...faultsOfArguments(command, given)];
}

/** More words than a command takes, before the sentence goes on. Fewer may be meant: the command is only named. */
function faultsOfArguments(command: CommandSpec, words: readonly string[]): string[] {
  const names = (command.arguments ?? []).map(({ name }) => name);
  if (names.some((name) => name.includes('...'))) return [];
  const end = words.findIndex((word) => PROSE.has(word));
  const said = end < 0 ? words : words.slice(0, end);
  const given = said.filter((word, index) => {
    const option = optionOf(command, said[index - 1] ?? '');
    const isValue = option !== undefined && option !== true && /[<[]/.test(option.flags);
    return !word.startsWith('-') && !isValue;
  });
  const surplus = given.slice(names.length);
  return surplus.length === 0 ? [] : [`it takes no "${surplus.join(' ')}"`];
}

function faultsOfOptions(command: CommandSpec, words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (!/^--?[a-z]/.test(word)) return [];
    const option = optionOf(command, word);
    if (option === undefined) return [`there is no option ${word}`];
    const value = words[index + 1];
    const isWrong = option !== true && option.choices !== undefined && !option.choices.includes(value ?? '');
    return isWrong ? [`${word} does not take ${value}`] : [];
  });
}
