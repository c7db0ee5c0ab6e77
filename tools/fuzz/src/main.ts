import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askVerifyStream, provideVerifyStream } from '@vm-tools/xen-stream/testing';
import { findingOf, keepFinding } from './run/finding.ts';
import { resultTable } from './run/table.ts';
import { watchOver } from './run/watch-over.ts';
import { GROUPS } from './target.ts';

const USAGE = `npm run fuzz -- [images|frames|control|all]   all when nothing is said
  --count N       damaged inputs, all readers together   1000000
  --seed S        other inputs for another seed          1
  --target NAME   one reader alone
  --from INDEX    begin there; with --count 1 it is one input`;

const SAMPLES = 40;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    target: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const [count, seed, from] = [Number(values.count), Number(values.seed), Number(values.from)];
const chosen = positionals.length === 0 ? ['all'] : positionals;
const isKnown = chosen.every((group) => group === 'all' || (GROUPS as readonly string[]).includes(group));
if (values.help || !isKnown || !(count > 0) || !Number.isInteger(seed) || !(from >= 0)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

const groups = chosen.includes('all') ? GROUPS : chosen;
const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
try {
  const beganAt = performance.now();
  const { results, findings } = await watchOver(
    { groups, target: values.target, count, seed, from, samples: SAMPLES, folder },
    (name) => console.error(`fuzz: ${name}`),
  );
  console.log(resultTable(results));
  console.log(`\n${((performance.now() - beganAt) / 1000).toFixed(0)} s in all`);
  for (const { index, ...finding } of findings) {
    const path = await keepFinding(finding, `${finding.target}-${seed}-${index}`);
    console.error(`\n${finding.target} ${index}: ${finding.problem}\n  in ${path}`);
  }
  const refused = await askAbout(await readdir(folder));
  process.exitCode = findings.length + refused === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Xen's own verifier must accept what was accepted here. @returns how many were not */
async function askAbout(streams: readonly string[]): Promise<number> {
  const why = await provideVerifyStream();
  if (why !== undefined) {
    console.error(`fuzz: accepted streams were not shown to verify-stream-v2: ${why}`);
    return 0;
  }
  let refused = 0;
  for (const name of streams) {
    const verdict = await askVerifyStream(join(folder, name), 'libxc');
    if (verdict === 'accepted') continue;
    refused += 1;
    const input = [await readFile(join(folder, name))];
    const path = await keepFinding(findingOf('libxc stream', verdict, input), `v2-${seed}-${name}`);
    console.error(`\nverify-stream-v2 of what was accepted: ${verdict}\n  in ${path}`);
  }
  console.error(
    `fuzz: verify-stream-v2 was shown ${streams.length} accepted streams, and refused ${refused}`,
  );
  return refused;
}
