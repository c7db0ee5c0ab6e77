import { makeRunFolder, removeRunFolder } from '@vm-tools/bundle/testing';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { AREAS } from './areas.ts';
import { whyAllowed } from './explained.ts';
import { page } from './page.ts';
import { resultOf, type AreaResult } from './result.ts';
import { runArea } from './run-area.ts';

const root = join(import.meta.dirname, '../../..');
const resultsPath = join(import.meta.dirname, '../results.json');
const pagePath = join(root, 'docs/mutants.md');

const names = process.argv.slice(2);
const areas = AREAS.filter(({ name }) => names.length === 0 || names.includes(name));
if (areas.length < names.length) {
  console.error(`npm run mutants -- [AREA…], of ${AREAS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

process.chdir(root);
await makeRunFolder();
for (const area of areas) {
  const result = resultOf(root, await runArea(area));
  const results = JSON.parse(await readFile(resultsPath, 'utf8')) as Record<string, AreaResult>;
  results[area.name] = result;
  await writePretty(resultsPath, JSON.stringify(results));
  await writePretty(pagePath, page(results));
  const unexplained = result.survivors.filter((survivor) => whyAllowed(survivor) === undefined);
  console.error(`mutants: ${area.name}: ${unexplained.length} not noticed; see docs/mutants.md`);
  if (unexplained.length > 0) process.exitCode = 1;
}
await removeRunFolder(tmpdir());

async function writePretty(path: string, text: string): Promise<void> {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
