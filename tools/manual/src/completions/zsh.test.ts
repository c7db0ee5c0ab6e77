import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTools } from '../description/read-tools.ts';
import { outputOf, reasonToSkip } from '../testing/program.ts';
import { scopesOf, type Scope } from './model.ts';
import { zshCompletions } from './zsh.ts';

let folder: string;
let scopes: readonly Scope[];
let text: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'completions-'));
  scopes = (await readTools()).flatMap(scopesOf);
  text = await zshCompletions(scopes);
});
afterAll(() => rm(folder, { recursive: true }));

test('every option and every command is in the completions for zsh', () => {
  expect(text).toMatch(/^#compdef vm .*\bvm-list .*\bxfrd\n/);
  for (const { tool, command = '', commands, options } of scopes) {
    const [, block = ''] = text.split(`    '${tool} ${command}')\n`);
    const [own = ''] = block.split(';;');
    for (const { short, long } of options)
      for (const name of [...(short === undefined ? [] : [short]), long])
        expect(own).toMatch(new RegExp(`^ +'(\\*|\\([^)]*\\))${name}[=+]?\\[`, 'm'));
    for (const { name } of commands) expect(text).toContain(`        '${name}' '`);
  }
});

const noZsh = await reasonToSkip('zsh');
(noZsh === '' ? test : test.skip)(`zsh reads them without a complaint${noZsh}`, async () => {
  const file = join(folder, '_vm-tools');
  await writeFile(file, text);
  expect(await outputOf('zsh', ['-n', file])).toBe('');
  await writeFile(file, `${text}\n_x() {`);
  expect(await outputOf('zsh', ['-n', file])).toContain('parse error');
});

(noZsh === '' ? test : test.skip)(`the command is found behind options${noZsh}`, async () => {
  const file = join(folder, '_vm-tools');
  // What zsh itself would do with the words is told instead.
  await writeFile(file, text.replace('_vm_tools "$@"\n', ''));
  const asked = async (...words: string[]): Promise<string> => {
    const script = `source ${file}; _vm_tools_arguments() { print -r -- "$1: $words, $CURRENT" }; words=("$@"); CURRENT=$#; _vm_tools`;
    return (await outputOf('zsh', ['-f', '-c', script, 'zsh', ...words])).trim();
  };
  expect(await asked('vm-host', '--host', 'sim:a', 'shutdown', '--o')).toBe(
    'vm-host shutdown: vm-host --host sim:a --o, 4',
  );
  expect(await asked('/usr/bin/vm-migrate', 'web1', 'list', '')).toBe(
    'vm-migrate : /usr/bin/vm-migrate web1 list , 4',
  );
  expect(await asked('vm', 'migrate', 'list', '')).toBe('vm-migrate list: vm-migrate , 2');
  expect(await asked('vm-host', `$(touch ${folder}/done)`, '')).toContain('vm-host : vm-host $(touch');
  expect(await outputOf('ls', [folder])).not.toContain('done');
});
