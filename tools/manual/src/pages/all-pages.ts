import type { Tool } from '../description/tool.ts';
import { readEdition } from '../edition.ts';
import type { Page } from '../mdoc/page.ts';
import { configPage } from './config-page.ts';
import { neighboursOf } from './neighbours.ts';
import { toolPage } from './tool-page.ts';
import { umbrellaPage } from './umbrella-page.ts';
import { xfrdPage } from './xfrd-page.ts';

/** All pages of the manual. */
export async function allPages(tools: readonly Tool[]): Promise<readonly Page[]> {
  const edition = await readEdition();
  const pages = tools.map((tool) => toolPage(tool, edition, neighboursOf(tool, tools)));
  return [...pages, umbrellaPage(tools, edition), await configPage(edition), await xfrdPage(edition)];
}
