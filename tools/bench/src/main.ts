import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from './checkout.ts';
import type { Result, Scope } from './experiment.ts';
import { markdownTables } from './report/tables.ts';
import { keepResult, resultFolder, writeReport } from './report/write-report.ts';
import { runTool } from './run-tool.ts';

const USAGE = `npm run bench -- rate                what limits of the rate are worth, a minute
npm run bench -- start               how soon each tool starts, beside bare node, some minutes
npm run bench -- image               what it costs to lead an image through a tool, beside C, two minutes
npm run bench -- xl                  the tools beside xl on a host of the lab: --rounds 5 --memory 256 (MiB)
npm run bench -- page                what was measured here, into docs/performance.md
npm run bench -- scale [a|b|c|d …]   all four, or these:
  a  transfers: many at once to one xfrd         --transfers 200
  b  domains: many on one host                   --domains 1000
  c  size: large guests, created and moved       --largest 16384 (MiB)
  d  plots and tables of what has been measured`;

const experiments: Readonly<Record<string, (scope: Scope) => Promise<Result>>> = {
  a: async (scope) => (await import('./scale/transfers.ts')).measureTransfers(scope),
  b: async (scope) => (await import('./scale/domains.ts')).measureDomains(scope),
  c: async (scope) => (await import('./scale/sizes.ts')).measureSizes(scope),
};

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
const [group, ...chosen] = positionals;
const letters = chosen.length === 0 ? ['a', 'b', 'c', 'd'] : chosen;
const isScale = group === 'scale' && letters.every((letter) => letter === 'd' || experiments[letter]);
const isRate = group === 'rate' && chosen.length === 0;
const isStart = group === 'start' && chosen.length === 0;
const isImage = group === 'image' && chosen.length === 0;
const isPage = group === 'page' && chosen.length === 0;
const isBesideXl = group === 'xl' && chosen.length === 0;
if (values.help || !(isScale || isRate || isStart || isImage || isBesideXl || isPage)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}
const report = (line: string): void => console.error(`bench: ${line}`);

if (isRate) {
  const { measureRates, missesOf } = await import('./rate/rates.ts');
  const result = await measureRates({ report });
  await keepResult(result);
  console.log(markdownTables(result));
  const misses = missesOf(result);
  misses.forEach(report);
  process.exit(misses.length === 0 ? 0 : 1);
}

if (isStart) {
  const { measureStarts } = await import('./start/starts.ts');
  const result = await measureStarts({ report });
  await keepResult(result);
  console.log(markdownTables(result));
  process.exit(0);
}

if (isImage) {
  const { measureImagePath } = await import('./image-path/image-path.ts');
  const result = await measureImagePath({ report });
  await keepResult(result);
  console.log(markdownTables(result));
  process.exit(0);
}

if (isBesideXl) {
  const { measureBesideXl } = await import('./beside-xl/beside-xl.ts');
  const rounds = Number(values.rounds);
  const result = await measureBesideXl({ rounds, mib: Number(values.memory), report });
  await keepResult(result);
  console.log(markdownTables(result));
  process.exit(0);
}

if (isPage) {
  const { writePage } = await import('./report/page.ts');
  report(`in docs/performance.md: ${(await writePage()).join(', ')}`);
  process.exit(0);
}

// Hosts of its own, in a folder that no other tool looks into, and that end whatever happens.
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
process.env['VM_TOOLS_SIM'] = folder;
// Node's compiled code is kept, so that the start of a tool is not the time of its compiler.
process.env['NODE_COMPILE_CACHE'] ??= join(checkout, '.cache/compile');
const scope: Scope = {
  transfers: Number(values.transfers),
  domains: Number(values.domains),
  largestMib: Number(values.largest),
  report,
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void tidyUp().finally(() => process.exit(130)));
}
try {
  for (const letter of letters) {
    const result = await experiments[letter]?.(scope);
    if (result !== undefined) await keepResult(result);
  }
  console.log(await writeReport());
  console.error(`bench: tables, plots and figures are in ${resultFolder}`);
} finally {
  await tidyUp();
}

async function tidyUp(): Promise<void> {
  await runTool('xen-sim stop --all');
  await rm(folder, { recursive: true, force: true });
}
