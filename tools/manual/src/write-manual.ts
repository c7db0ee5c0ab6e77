import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readTools } from './description/read-tools.ts';
import { allPages } from './pages/all-pages.ts';

/** What was written, by paths below the folder. */
export interface Manual {
  /** "man1/vm-list.1" */
  readonly pages: readonly string[];
  /** the names of all tools, each of which has a page and is completed */
  readonly tools: readonly string[];
}

/**
 * Writes the manual of all tools: pages in mdoc under `man1`, `man5` and `man8`.
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
  return { pages: pages.map(({ path }) => path), tools: tools.map(({ name }) => name) };
}

async function writeIn(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
