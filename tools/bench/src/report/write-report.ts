import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../checkout.ts';
import type { Result } from '../experiment.ts';
import { drawCharts } from './chart.ts';
import { chartsOf, hasLaw } from './charts-of.ts';
import { htmlReport } from './html.ts';
import { markdownTables } from './tables.ts';

export const resultFolder = join(checkout, '.cache/bench');

export async function keepResult(result: Result): Promise<void> {
  await mkdir(resultFolder, { recursive: true });
  await writeFile(join(resultFolder, `${result.name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** @returns undefined for what has not been measured here */
export async function readResult(name: string): Promise<Result | undefined> {
  const text = await readFile(join(resultFolder, `${name}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Result);
}

/**
 * Makes tables and plots of all results that there are, and one page with all of them.
 * @returns the tables
 */
export async function writeReport(): Promise<string> {
  const names = await readdir(resultFolder).catch(() => []);
  const results = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map(async (name) => JSON.parse(await readFile(join(resultFolder, name), 'utf8')) as Result),
  );
  for (const result of results.filter(({ quantities }) => quantities.some(hasLaw))) {
    await writeFile(join(resultFolder, `${result.name}.svg`), drawCharts(chartsOf(result)));
  }
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const text = [
    ...machines.map((machine) => `Measured with ${machine}.\n`),
    ...results.map(markdownTables),
  ].join('\n');
  await writeFile(join(resultFolder, 'scale.md'), text);
  await writeFile(join(resultFolder, 'report.html'), htmlReport(results));
  return text;
}
