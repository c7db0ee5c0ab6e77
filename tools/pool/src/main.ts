import { join } from 'node:path';
import { makeBundle } from '@vm-tools/bundle';
import { Pool } from './pool.ts';
import { TRIALS } from './trials.ts';
import { unpackPacemaker } from './unpack.ts';

const root = join(import.meta.dirname, '../../..');
const cache = join(root, '.cache/pool');
const wanted = process.argv[2] ?? '';

const packages = await unpackPacemaker(cache, (line) => console.error(`pool: ${line}`));
const bundle = join(cache, 'bundle');
await makeBundle({ root, folder: bundle });
let failed = 0;
for (const { name, nodes, run } of TRIALS.filter((trial) => trial.name.includes(wanted))) {
  const began = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - began) / 1000)} s`;
  try {
    await using pool = await Pool.start({ folder: join(cache, 'run'), packages, bundle, nodes });
    const up = seconds();
    await run(pool);
    console.log(`✔ ${name} (up after ${up}, ${seconds()} in all)`);
  } catch (thrown) {
    failed += 1;
    console.log(`✘ ${name} (${seconds()}): ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
if (failed > 0) {
  console.error(`pool: the logs of the last one are in ${join(cache, 'run/log')}`);
  process.exitCode = 1;
}
