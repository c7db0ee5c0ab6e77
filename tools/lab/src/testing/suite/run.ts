// Runs all lab tests on two hosts booted once: first the files that need one host, two at a time, then those that
// need both. Words on the command line choose files, as with jest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairPass, tallyFile } from './environment.ts';
import setUp from './global-setup.ts';
import tearDown from './global-teardown.ts';
import { complaint, readTally, tellTally } from './tally.ts';

const root = join(import.meta.dirname, '../../../../..');
const words = process.argv.slice(2);

async function jest(environment: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      join(root, 'node_modules/jest/bin/jest.js'),
      ...['--config', 'jest.lab.config.mjs', '--passWithNoTests', ...words],
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } },
  );
  // Ctrl-C reaches jest by itself; this process waits for it, to end the hosts.
  process.on('SIGINT', () => undefined);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const folder = await mkdtemp(join(tmpdir(), 'lab-run-'));
const tally = join(folder, 'tally');
await setUp();
try {
  const single = await jest({ [tallyFile]: tally });
  const pair = await jest({ [tallyFile]: tally, [pairPass]: '1' });
  const counted = await readTally(tally);
  console.error(tellTally(counted));
  const complained = complaint(counted, words);
  if (complained !== undefined) console.error(complained);
  process.exitCode = Math.max(single, pair, complained === undefined ? 0 : 1);
} finally {
  await tearDown();
  await rm(folder, { recursive: true });
}
