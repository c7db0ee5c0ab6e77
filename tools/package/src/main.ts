import { VmToolsError } from '@vm-tools/errors';
import { during, reportOf } from '@vm-tools/lab';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { buildPackages } from './build-packages.ts';
import { lintPackages } from './lint-packages.ts';
import { makeRepository } from './make-repository.ts';
import { ensurePrograms } from './prerequisites.ts';
import { readWords, USAGE } from './words.ts';

const root = join(import.meta.dirname, '../../..');
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => abort.abort(name));
using report = reportOf('package');

try {
  const { help, revision, repository } = readWords(process.argv.slice(2));
  if (help) console.log(USAGE);
  else await run(revision, repository);
} catch (thrown) {
  if (!(thrown instanceof VmToolsError)) throw thrown;
  report(`${thrown.message} [${thrown.code}]`);
  if (thrown.hint !== undefined) console.error(`hint: ${thrown.hint}`);
  process.exitCode = abort.signal.aborted ? 130 : thrown.kind === 'usage' ? 2 : 1;
}

async function run(
  revision: number,
  repository: { readonly folder: string; readonly signBy: string } | undefined,
): Promise<void> {
  const { signal } = abort;
  await ensurePrograms(report, signal);
  const folder = join(root, '.cache/package');
  const packages = await during(report, 'building the packages', () =>
    buildPackages({ root, folder, revision, signal }),
  );
  for (const path of packages)
    report(`${basename(path)} (${Math.round((await stat(path)).size / 1024)} KiB) in .cache/package`);
  const complaints = await during(report, 'lintian looks at them', () => lintPackages(packages, signal));
  for (const line of complaints) report(line);
  if (complaints.length > 0) process.exitCode = 1;
  if (repository === undefined) return;
  const { signBy } = repository;
  const shelf = resolve(repository.folder);
  await during(report, 'adding them to the repository', () =>
    makeRepository({ packages, folder: shelf, signBy, signal }),
  );
  report(`the repository ${shelf} has them, signed by ${signBy}`);
}
