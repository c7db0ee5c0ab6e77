import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptAccess } from './apt-sources.ts';
import { runChildStrictly } from '../local/child.ts';
import { labError } from '../local/lab-error.ts';
import type { Release } from './releases.ts';

const LIMIT_MS = 300_000;

/**
 * Unpacks a package of another release of Debian into a folder. apt gets lists and a cache of its own for it, so this
 * machine's know nothing of that release; no root is needed.
 * @throws VmToolsError LAB_IMAGE, LAB_COMMAND, LAB_TIMEOUT
 */
export async function unpackPackage(release: Release, name: string, folder: string): Promise<void> {
  const { sources } = await aptAccess(release);
  if (sources.length === 0)
    throw labError({
      code: 'IMAGE',
      message: `apt of this machine knows no place for packages of ${release}`,
    });
  const work = await mkdtemp(join(tmpdir(), 'lab-package-'));
  try {
    for (const part of ['lists/partial', 'cache/archives/partial'])
      await mkdir(join(work, part), { recursive: true });
    await writeFile(join(work, 'sources.list'), sources.map((line) => `${line}\n`).join(''));
    const own = {
      'Dir::Etc::SourceList': join(work, 'sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::State::Lists': join(work, 'lists'),
      'Dir::Cache': join(work, 'cache'),
      // Its user may not write there.
      'APT::Sandbox::User': 'root',
    };
    const options = Object.entries(own).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    const limits = { cwd: work, timeoutMs: LIMIT_MS };
    await runChildStrictly('apt-get', [...options, '-q', 'update'], limits);
    await runChildStrictly('apt-get', [...options, '-q', 'download', name], limits);
    const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
    if (archive === undefined)
      throw labError({ code: 'IMAGE', message: `apt-get downloaded no ${name} of ${release}` });
    await runChildStrictly('dpkg-deb', ['--extract', archive, folder], limits);
  } finally {
    await rm(work, { recursive: true });
  }
}
