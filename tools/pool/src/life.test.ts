import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from '@jest/globals';
import { makeBundle } from '@vm-tools/bundle';
import { patient } from '@vm-tools/ratelimit/testing';
import { Pool } from './pool.ts';
import { TRIALS } from './trials.ts';
import { unpackPacemaker } from './unpack.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Users other than root write to the folder of a pool, too, which they cannot within the folders of a test run. */
const CACHE = join(ROOT, '.cache/pool');
const LIMIT_MS = patient(900_000);

const canRun = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
const reason = canRun ? '' : ' [skipped: a pool of namespaces needs root, and apt-get for its Pacemaker]';

/** The run of all tests has a bundle of the tools; a developer who runs this file alone has one made. */
async function bundleIn(folder: string): Promise<string> {
  const made = process.env['VM_TOOLS_TEST_BIN'];
  if (made === undefined) await makeBundle({ root: ROOT, folder });
  return made === undefined ? folder : dirname(made);
}

for (const { name, nodes, run } of TRIALS.filter((trial) => trial.name.startsWith('life: ')))
  (canRun ? test : test.skip)(
    `${name}${reason}`,
    async () => {
      const packages = await unpackPacemaker(CACHE, () => undefined);
      const bundle = await bundleIn(join(CACHE, 'bundle'));
      await using pool = await Pool.start({ folder: join(CACHE, 'life'), packages, bundle, nodes });
      await run(pool);
    },
    LIMIT_MS,
  );
