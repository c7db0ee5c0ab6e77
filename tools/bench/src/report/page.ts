import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { format, resolveConfig } from 'prettier';
import { checkout } from '../checkout.ts';
import type { Result } from '../experiment.ts';
import { readResult } from './write-report.ts';
import { markdownTables } from './tables.ts';

const PAGE = join(checkout, 'docs/performance.md');
/** Those that have a place on the page, if they have been measured here. */
const SHOWN = ['beside-xl', 'image-path', 'start', 'rate'];

/**
 * Puts the figures that have been measured here into docs/performance.md, each between the two comments that name it.
 *
 * @returns the names of those
 * @throws VmToolsError BENCH_PAGE when the page has no place for one
 */
export async function writePage(): Promise<readonly string[]> {
  let page = await readFile(PAGE, 'utf8');
  const written: string[] = [];
  for (const name of SHOWN) {
    const result = await readResult(name);
    if (result === undefined) continue;
    page = withFigures(page, name, result);
    written.push(name);
  }
  await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  return written;
}

/** The page with these figures in the place of those that were there. */
export function withFigures(page: string, name: string, result: Result): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new VmToolsError({ code: 'BENCH_PAGE', message: `docs/performance.md has no place for ${name}` });
  }
  const figures = `${markdownTables(result)}\nMeasured with ${result.machine}.\n`;
  return `${page.slice(0, from + begin.length)}\n\n${figures}\n${page.slice(to)}`;
}
