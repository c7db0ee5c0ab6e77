import { runChildStrictly } from '@vm-tools/lab';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEYRING } from '../make-repository.ts';

/** A key of gpg, in a folder of its own. */
export interface TestKey extends AsyncDisposable {
  readonly signBy: string;
  readonly gpgHome: string;
}

export async function makeKey(): Promise<TestKey> {
  const gpgHome = await mkdtemp(join(tmpdir(), 'gpg-'));
  const signBy = 'packages@vm-tools.invalid';
  const words = ['--batch', '--passphrase', '', '--quick-generate-key', signBy, 'ed25519', 'sign', 'never'];
  await runChildStrictly('gpg', ['--homedir', gpgHome, ...words]);
  return {
    signBy,
    gpgHome,
    async [Symbol.asyncDispose]() {
      await runChildStrictly('gpgconf', ['--homedir', gpgHome, '--kill', 'all']);
      await rm(gpgHome, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** apt with lists and a cache of its own, and one place for packages. */
export interface Apt {
  update(): Promise<void>;
  /** @returns the SHA-256 of the package that apt has fetched */
  download(name: string): Promise<string>;
  /** Changes what the key has signed. */
  tamper(): Promise<void>;
}

export async function installFrom(repository: string, work: string): Promise<Apt> {
  for (const part of ['lists/partial', 'cache/archives/partial'])
    await mkdir(join(work, part), { recursive: true });
  const source = `deb [signed-by=${join(repository, KEYRING)}] copy:${repository} stable main\n`;
  await writeFile(join(work, 'sources.list'), source);
  const own = {
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': 'root', // another could not read the folders of a test
    'APT::Update::Error-Mode': 'any',
  };
  const options = Object.entries(own).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const run = async (...words: string[]): Promise<void> => {
    await runChildStrictly('apt-get', [...options, '-q', ...words], { cwd: work });
  };
  return {
    update: () => run('update'),
    async download(name) {
      await run('update');
      await run('download', name);
      const file = (await readdir(work)).find((each) => each.startsWith(`${name}_`)) ?? name;
      return createHash('sha256')
        .update(await readFile(join(work, file)))
        .digest('hex');
    },
    async tamper() {
      const release = join(repository, 'dists/stable/InRelease');
      const text = await readFile(release, 'utf8');
      await writeFile(release, text.replace('Origin: vm-tools', 'Origin: another'));
      await appendFile(join(repository, 'dists/stable/Release'), 'More: lines\n');
    },
  };
}
