import { parseArgs } from 'node:util';
import type { Result } from './experiment.ts';
import { markdownTables } from './report/tables.ts';
import { keepResult, resultFolder, writeReport } from './report/write-report.ts';
import { isLetter, measureScale } from './scale/measure-scale.ts';

const USAGE = `npm run bench                       all of them, and one report: an hour
npm run bench -- rate               what limits of the rate are worth, a minute
npm run bench -- start              how soon each tool starts, beside bare node, some minutes
npm run bench -- image              what it costs to lead an image through a tool, beside C, two minutes
npm run bench -- xl                 the tools beside xl on a host of the lab: --rounds 5 --memory 256 (MiB)
npm run bench -- scale [a|b|c …]    how time and memory grow, all three, or these:
  a  transfers: many at once to one xfrd         --transfers 200
  b  domains: many on one host                   --domains 1000
  c  size: large guests, created and moved       --largest 16384 (MiB)
npm run bench -- report             tables, plots and one page (HTML) of what was measured here
npm run bench -- page               what was measured here, into docs/performance.md`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    transfers: { type: 'string', default: '200' },
    domains: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    memory: { type: 'string', default: '256' },
    largest: { type: 'string', default: '16384' },
    help: { type: 'boolean' },
  },
});
const [name, ...letters] = positionals;
const report = (line: string): void => console.error(`bench: ${line}`);

/** Each with the status that it ends with. */
const MEASUREMENTS: Readonly<Record<string, (chosen: readonly string[]) => Promise<number>>> = {
  async rate() {
    const { measureRates, missesOf } = await import('./rate/rates.ts');
    const result = await measureRates({ report });
    await keep(result);
    const misses = missesOf(result);
    misses.forEach(report);
    return misses.length === 0 ? 0 : 1;
  },
  start: async () => keep(await (await import('./start/starts.ts')).measureStarts({ report })),
  image: async () => keep(await (await import('./image-path/image-path.ts')).measureImagePath({ report })),
  async xl() {
    const { measureBesideXl } = await import('./beside-xl/beside-xl.ts');
    return keep(await measureBesideXl({ rounds: Number(values.rounds), mib: Number(values.memory), report }));
  },
  async scale(chosen) {
    await measureScale(chosen, {
      transfers: Number(values.transfers),
      domains: Number(values.domains),
      largestMib: Number(values.largest),
      report,
    });
    return 0;
  },
};

/** What is made of the results. */
const REPORTS: Readonly<Record<string, () => Promise<void>>> = {
  async report() {
    console.log(await writeReport());
    report(`tables, plots, figures and report.html are in ${resultFolder}`);
  },
  async page() {
    const { writePage } = await import('./report/page.ts');
    report(`in docs/performance.md: ${(await writePage()).join(', ')}`);
  },
};

const measurement = name === undefined ? undefined : MEASUREMENTS[name];
const asReport = name === undefined ? undefined : REPORTS[name];
const areLetters = name === 'scale' ? letters.every(isLetter) : letters.length === 0;
if (
  values.help ||
  !areLetters ||
  (name !== undefined && measurement === undefined && asReport === undefined)
) {
  console.error(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else if (name === undefined) {
  const statuses: number[] = [];
  for (const measure of Object.values(MEASUREMENTS)) statuses.push(await measure([]));
  await REPORTS['report']?.();
  process.exitCode = Math.max(...statuses);
} else {
  process.exitCode = (await measurement?.(letters)) ?? 0;
  await asReport?.();
}

async function keep(result: Result): Promise<number> {
  await keepResult(result);
  console.log(markdownTables(result));
  return 0;
}
