// Runs all lab tests: first, on two hosts of Debian 12, the files that need one host, two at a time; then, from a host
// of Debian 12 to one of Debian 13, those that need both. Words on the command line choose files, as with jest;
// `--release trixie` makes all hosts of one release, and leaves out what needs two.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { mixedPass, mixedReleases, pairPass, releaseName, tallyFile } from './environment.ts';
import setUp from './global-setup.ts';
import tearDown from './global-teardown.ts';
import { complaint, readTally, tellTally } from './tally.ts';

const root = join(import.meta.dirname, '../../../../..');
const { release, words } = readWords(process.argv.slice(2));

/** Environments in which jest.lab.config.mjs chooses other files. */
type Pass = Readonly<Record<string, string>>;
const SINGLE: Pass = {};
const PAIR: Pass = { [pairPass]: '1' };
const MIXED: Pass = { [mixedPass]: '1' };

function startJest(pass: Pass, options: readonly string[], stdout: 'inherit' | 'pipe'): ChildProcess {
  return spawn(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      join(root, 'node_modules/jest/bin/jest.js'),
      ...['--config', 'jest.lab.config.mjs', '--passWithNoTests', ...options, ...words],
    ],
    {
      cwd: root,
      stdio: ['inherit', stdout, 'inherit'],
      env: { ...process.env, [tallyFile]: tally, ...pass },
    },
  );
}

/** Whether a pass has files that the words choose: hosts need a minute and more to boot. */
async function hasFiles(pass: Pass): Promise<boolean> {
  const { stdout } = startJest(pass, ['--listTests'], 'pipe');
  return (await text(stdout!)).trim() !== '';
}

async function run(pass: Pass): Promise<number> {
  const [code] = (await once(startJest(pass, [], 'inherit'), 'exit')) as [number | null];
  return code ?? 1;
}

/** On hosts of a release that are there for these passes. @returns the worst status */
async function onHosts(releases: string | undefined, passes: readonly Pass[]): Promise<number> {
  if (releases !== undefined) process.env[releaseName] = releases;
  const wanted: Pass[] = [];
  for (const pass of passes) if (await hasFiles(pass)) wanted.push(pass);
  if (wanted.length === 0) return 0;
  await setUp();
  try {
    const statuses: number[] = [];
    for (const pass of wanted) statuses.push(await run(pass));
    return Math.max(...statuses);
  } finally {
    await tearDown();
  }
}

// Ctrl-C reaches jest by itself; this process waits for it, to end the hosts.
process.on('SIGINT', () => undefined);
const folder = await mkdtemp(join(tmpdir(), 'lab-run-'));
const tally = join(folder, 'tally');
try {
  const statuses =
    release === undefined
      ? [await onHosts(undefined, [SINGLE]), await onHosts(mixedReleases, [PAIR, MIXED])]
      : [await onHosts(release, [SINGLE, PAIR])];
  const counted = await readTally(tally);
  console.error(tellTally(counted));
  const complained = complaint(counted, words);
  if (complained !== undefined) console.error(complained);
  process.exitCode = Math.max(...statuses, complained === undefined ? 0 : 1);
} finally {
  await rm(folder, { recursive: true });
}

/** All words are jest's but one: `--release NAME`, which nx hands on as `--release=NAME`. */
function readWords(given: readonly string[]): { release: string | undefined; words: string[] } {
  const option = '--release';
  const at = given.findIndex((word) => word === option || word.startsWith(`${option}=`));
  if (at === -1) return { release: undefined, words: [...given] };
  const isOneWord = given[at] !== option;
  return {
    release: isOneWord ? given[at]?.slice(option.length + 1) : given[at + 1],
    words: given.toSpliced(at, isOneWord ? 1 : 2),
  };
}
