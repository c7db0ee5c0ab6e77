// Run by every npm script before anything else: on a fresh clone it installs what package-lock.json names,
// and does nothing (a few milliseconds) when that has been done. It must run on any Node from 20 on, without
// dependencies, because it is what brings them, Node 24 included.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');

const upToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
if (!upToDate) {
  console.error('setup: installing the packages of package-lock.json');
  // Not `npm ci`: it insists on entries for the processors of all the world, which npm itself leaves out of the lock.
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync('npm', words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`setup: npm install failed${error ? `: ${error.message}` : ''}; is the npm registry reachable?`);
    process.exit(1);
  }
}
