import type { Tool } from '../description/tool.ts';
import { readEdition } from '../edition.ts';
import type { Page, Reference } from '../mdoc/page.ts';
import { configPage } from './config-page.ts';
import { toolPage } from './tool-page.ts';
import { xfrdPage } from './xfrd-page.ts';

/** Further pages than a tool names in its own words: those of the files that it reads. */
const FILES_OF: Readonly<Record<string, Reference>> = {
  'vm-create': { name: 'vm-tools.cfg', section: 5 },
  'vm-config': { name: 'vm-tools.cfg', section: 5 },
  'vm-autostart': { name: 'vm-tools.cfg', section: 5 },
  xfrd: { name: 'xfrd.toml', section: 5 },
};

/** All pages of the manual. */
export async function allPages(tools: readonly Tool[]): Promise<readonly Page[]> {
  const edition = await readEdition();
  const pages = tools.map((tool) => toolPage(tool, edition, { tools, file: FILES_OF[tool.name] }));
  return [...pages, await configPage(edition), await xfrdPage(edition)];
}
