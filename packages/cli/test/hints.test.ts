import { beforeAll, describe, expect, test } from '@jest/globals';
import { optionOf, readTools, type Tools } from './commands-of-tools.ts';
import { hintTexts, readPage } from './error-codes.ts';

/** Words behind the name of an executable that are no command of it, but go on with the sentence. */
const PROSE = new Set(
  'a again and answers as asks at destroys does ends first has in is it itself keeps lists makes now of on only or removes resumes runs shows takes tells tries with without'.split(
    ' ',
  ),
);

let tools: Tools;
beforeAll(async () => {
  tools = await readTools();
});

/**
 * The mistakes in the commands that a text names: each must be one of the executables with its commands, options and
 * choices, so that a user who follows it gets somewhere.
 */
function faultsOf(text: string): string[] {
  const programs = [...tools.keys()].join('|');
  const mentions = text.matchAll(
    new RegExp(`(?<![\\w@/.-])(${programs})(?![\\w/.@-])((?: [^\\s;:,()"'\`]+)*)`, 'g'),
  );
  const unknown = [...text.matchAll(/(?<![\w@/.-])vm-[a-z]+/g)].flatMap(([name]) =>
    tools.has(name) || name === 'vm-tools' ? [] : [`${name} is no executable`],
  );
  const faults = [...mentions].flatMap(([mention, program = '', rest = '']) =>
    faultsOfCommand(program, rest.trim().split(' ').filter(Boolean)).map((fault) => `${mention}: ${fault}`),
  );
  return [...unknown, ...faults];
}

function faultsOfCommand(program: string, words: readonly string[]): string[] {
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
function faultsOfArguments(
  command: NonNullable<ReturnType<Tools['get']>>['own'],
  words: readonly string[],
): string[] {
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

function faultsOfOptions(
  command: NonNullable<ReturnType<Tools['get']>>['own'],
  words: readonly string[],
): string[] {
  return words.flatMap((word, index) => {
    if (!/^--?[a-z]/.test(word)) return [];
    const option = optionOf(command, word);
    if (option === undefined) return [`there is no option ${word}`];
    const value = words[index + 1];
    const isWrong = option !== true && option.choices !== undefined && !option.choices.includes(value ?? '');
    return isWrong ? [`${word} does not take ${value}`] : [];
  });
}

describe('docs/errors.md', () => {
  let cells: readonly string[];
  beforeAll(async () => {
    const rows = (await readPage('docs/errors.md')).split('\n').filter((line) => /^\| `[A-Z]/.test(line));
    cells = rows.map(
      (row) =>
        row
          .split(/(?<!\\)\|/)
          .at(-2)
          ?.trim() ?? '',
    );
  });

  test('names commands that there are', () => {
    const commands = cells.flatMap((cell) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command),
    );
    expect(commands.length).toBeGreaterThan(20);
    expect(commands.flatMap(faultsOf)).toEqual([]);
  });

  test('names options that some executable has', () => {
    const all = [...tools.values()].flatMap(({ own, commands }) => [own, ...commands.values()]);
    const options = cells.flatMap((cell) => [...cell.matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag));
    expect(options.filter((flag) => !all.some((command) => optionOf(command, flag) !== undefined))).toEqual(
      [],
    );
  });
});

test('hints of the sources name commands and options that there are', async () => {
  const texts = await hintTexts();
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.flatMap(({ file, text }) => faultsOf(text).map((fault) => `${file}: ${fault}`))).toEqual([]);
});

test.each([
  ['xfrd pers shows it', ['xfrd pers shows it: "pers" is none of its commands']],
  ['vm-save --chekpoint resumes it', ['vm-save --chekpoint resumes it: there is no option --chekpoint']],
  [
    'vm-migrate resolve ID --owner nowhere',
    ['vm-migrate resolve ID --owner nowhere: --owner does not take nowhere'],
  ],
  ['vm-migrate resolve ID --owner there; xfrd peers, and vm-list', []],
  ['vm-start web1', ['vm-start is no executable']],
  ['vm-console web1 web2', ['vm-console web1 web2: it takes no "web2"']],
  ['vm-save web1 -o web1.img; vm-unpause web1 resumes it', []],
  ['start xfrd on the other host', []],
])('%j', (text, faults) => {
  expect(faultsOf(text)).toEqual(faults);
});
