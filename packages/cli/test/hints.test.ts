import { beforeAll, describe, expect, test } from '@jest/globals';
import { optionOf, readTools, type Tools } from './commands-of-tools.ts';
import { hintTexts, readPage } from './error-codes.ts';
import { faultsOfCommands } from './faults-of-commands.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await readTools();
});

const faultsOf = (text: string): string[] => faultsOfCommands(text, tools);

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
