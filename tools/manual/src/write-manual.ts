import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bashCompletions } from './completions/bash.ts';
import { fishCompletions } from './completions/fish.ts';
import { scopesOf } from './completions/model.ts';
import { zshCompletions } from './completions/zsh.ts';
import { readTools } from './description/read-tools.ts';
import type { Tool } from './description/tool.ts';
import { allPages } from './pages/all-pages.ts';

/** What was written, by paths below the folder. */
export interface Manual {
  /** "man1/vm-list.1" */
  readonly pages: readonly string[];
  /** the names of all tools, each of which has a page and is completed */
  readonly tools: readonly string[];
}

/**
 * Writes the manual of all tools: pages in mdoc under `man1`, `man5` and `man8`, and under `completions/bash`,
 * `completions/zsh` and `completions/fish` a file for each shell. bash and fish look for one by the name of the tool: each
 * has a link. All folders can be copied as they are, to `share/man`, `share/bash-completion/completions`,
 * `share/zsh/vendor-completions` (elsewhere `site-functions`) and `share/fish/vendor_completions.d`.
 *
 * @param folder what is in its folders `man1`, `man5`, `man8` and `completions` is replaced
 */
export async function writeManual(folder: string): Promise<Manual> {
  for (const name of ['man1', 'man5', 'man8', 'completions'])
    await rm(join(folder, name), { recursive: true, force: true });
  const tools = await readTools();
  const pages = (await allPages(tools)).map(({ name, section, text }) => ({
    path: `man${section}/${name}.${section}`,
    text,
  }));
  for (const { path, text } of pages) await writeIn(join(folder, path), text);
  await writeCompletions(join(folder, 'completions'), tools);
  return { pages: pages.map(({ path }) => path), tools: tools.map(({ name }) => name) };
}

async function writeCompletions(folder: string, tools: readonly Tool[]): Promise<void> {
  const scopes = tools.flatMap(scopesOf);
  await writeIn(join(folder, 'bash/vm-tools'), await bashCompletions(scopes));
  await writeIn(join(folder, 'zsh/_vm-tools'), await zshCompletions(scopes));
  await writeIn(join(folder, 'fish/vm-tools.fish'), await fishCompletions(scopes));
  for (const name of ['vm', ...tools.map((tool) => tool.name)]) {
    await symlink('vm-tools', join(folder, 'bash', name));
    await symlink('vm-tools.fish', join(folder, 'fish', `${name}.fish`));
  }
}

async function writeIn(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
