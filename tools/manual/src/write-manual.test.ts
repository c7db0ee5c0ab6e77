import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commonOptions } from '@vm-tools/cli/description';
import { parseFlags } from './description/flags.ts';
import { readTools } from './description/read-tools.ts';
import type { Tool } from './description/tool.ts';
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

async function everything(below: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const file of glob('**/*.*', { cwd: below }))
    files.set(file, await readFile(join(below, file), 'utf8'));
  return files;
}

const readPage = async ({ name, section }: Pick<Tool, 'name' | 'section'>): Promise<string> =>
  readFile(join(folder, `man${section}/${name}.${section}`), 'utf8');

test('every tool has a page, and so have the files that they read', () => {
  expect(tools.length).toBeGreaterThan(25);
  const expected = tools.map(({ name, section }) => `man${section}/${name}.${section}`);
  expect(manual.pages).toEqual([...expected, 'man5/vm-tools.cfg.5', 'man5/xfrd.toml.5']);
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

test('a page points to pages that there are', async () => {
  const known = new Set([...manual.pages.map((page) => page.replace(/^.*\//, '')), 'xl.cfg.5']);
  for (const text of (await everything(folder)).values())
    for (const [, name = '', section = ''] of text.matchAll(/^\.Xr (\S+) (\d)/gm))
      expect([...known]).toContain(`${name.replaceAll('\\-', '-')}.${section}`);
});

test('made twice it is the same, and what was there before is gone', async () => {
  const first = await everything(folder);
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
