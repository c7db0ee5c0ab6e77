import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { commonOptions } from '@vm-tools/cli/description';
import { scopesOf } from './completions/model.ts';
import { verbsOf } from './completions/verbs.ts';
import { parseFlags } from './description/flags.ts';
import { readTools } from './description/read-tools.ts';
import type { Tool } from './description/tool.ts';
import { ROOT } from './root.ts';
import { outputOf, reasonToSkip } from './testing/program.ts';
import { writeManual, type Manual } from './write-manual.ts';

let folder: string;
let manual: Manual;
let tools: readonly Tool[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manual-'));
  manual = await writeManual(folder);
  tools = await readTools();
});
afterAll(() => rm(folder, { recursive: true }));

/** All files of a folder, by their paths; of a link what it leads to. */
async function everything(below: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(below, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(below, path), await readFile(path, 'utf8'));
  }
  return files;
}

const readPage = async ({ name, section }: Pick<Tool, 'name' | 'section'>): Promise<string> =>
  readFile(join(folder, `man${section}/${name}.${section}`), 'utf8');

test('every tool has a page, and so have the files that they read', () => {
  expect(tools.length).toBeGreaterThan(25);
  const expected = tools.map(({ name, section }) => `man${section}/${name}.${section}`);
  expect(manual.pages).toEqual([...expected, 'man1/vm.1', 'man5/vm-tools.cfg.5', 'man5/xfrd.toml.5']);
  expect(manual.pages.filter((page) => page.startsWith('man8/'))).toEqual([
    'man8/vm-doctor.8',
    'man8/vm-monitor.8',
    'man8/xfrd.8',
  ]);
});

test('every option and every command of a tool is in its page', async () => {
  for (const tool of tools) {
    const page = (await readPage(tool)).replaceAll('\\-', '-');
    const specs = [tool.own, ...tool.commands];
    for (const option of specs.flatMap((spec) => [...(spec.options ?? []), ...commonOptions(tool.own)])) {
      const { short, long } = parseFlags(option.flags);
      const names = `${short === undefined ? '' : `Fl ${short.slice(1)} , `}Fl ${long.slice(1)}`;
      expect(page).toMatch(new RegExp(`^\\.It ${names}($| )`, 'm'));
    }
    for (const { name } of tool.commands) expect(page).toContain(`\n.Ss ${name}\n`);
  }
});

test('every page points to others, which there are', async () => {
  const known = new Set([...manual.pages.map((page) => basename(page)), 'xl.cfg.5']);
  const files = await everything(folder);
  for (const page of manual.pages) {
    const references = [...(files.get(page) ?? '').matchAll(/^\.Xr (\S+) (\d)/gm)];
    expect([page, references.length]).not.toEqual([page, 0]);
    for (const [, name = '', section = ''] of references)
      expect([...known]).toContain(`${name.replaceAll('\\-', '-')}.${section}`);
  }
});

test('each shell has a file, and where it looks for the name of a tool a link to it', async () => {
  const files = await everything(join(folder, 'completions'));
  const names = ['vm', 'vm-tools', ...tools.map(({ name }) => name)];
  const expected = names.flatMap((name) => [`bash/${name}`, `fish/${name}.fish`]);
  expect([...files.keys()].sort()).toEqual([...expected, 'zsh/_vm-tools'].sort());
  expect(files.get('bash/xfrd')).toBe(files.get('bash/vm-tools'));
  expect(files.get('bash/vm-tools')).toContain('complete -F _vm_tools vm-attach ');
});

test('vm itself tells of all tools in their words', async () => {
  const help = await outputOf(join(ROOT, 'packages/vm/bin/vm'), ['--help']);
  const verbs = [...help.matchAll(/^  (\S+) +(\S.*)$/gm)]
    .slice(2)
    .map(([, name, summary]) => ({ name, summary }));
  expect(verbs).toEqual(verbsOf(tools.flatMap(scopesOf)));
});

test('made twice it is the same, and what was there before is gone', async () => {
  const first = await everything(folder);
  await writeFile(join(folder, 'man1/vm-gone.1'), '');
  await writeFile(join(folder, 'completions/bash/vm-gone'), '');
  expect(await writeManual(folder)).toEqual(manual);
  expect(await everything(folder)).toEqual(first);
});

const noMandoc = await reasonToSkip('mandoc');
(noMandoc === '' ? test : test.skip)(`mandoc has nothing to say about any page${noMandoc}`, async () => {
  const pages = manual.pages.map((page) => join(folder, page));
  expect(await outputOf('mandoc', ['-T', 'lint', '-W', 'warning', ...pages])).toBe('');
  const [first = ''] = pages;
  expect(await outputOf('mandoc', ['-T', 'lint', '-W', 'warning', first, '/dev/null'])).toContain(
    '/dev/null',
  );
});

(noMandoc === '' ? test : test.skip)(`what is to be typed is read as it is${noMandoc}`, async () => {
  const text = await outputOf('mandoc', ['-T', 'utf8', '-O', 'width=200', join(folder, 'man1/vm-host.1')]);
  const plain = text.replaceAll(/.\x08/gu, ''); // how it makes bold letters
  expect(plain).toContain("vm-host evacuate b.example --only 'web-*'\n");
  expect(plain).toContain('[--only names] [--at-once number] [--bwlimit rate]');
});

test('a name at the beginning of a sentence, and a note that is laid out, stay as they are', async () => {
  expect(await readPage({ name: 'xfrd', section: 8 })).toContain('\nb can no longer send anything.\n');
  expect(await readPage({ name: 'xen-sim', section: 1 })).toMatch(/^ +\\\(dqfaults\\\(dq: \[/m);
});
