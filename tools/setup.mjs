// Every npm script runs through this: on a fresh clone it installs what package-lock.json names, which takes a few
// milliseconds when that has been done, and then runs the words it was given. It must work on any Node from 20 on
// and without dependencies, because it is what brings them, Node 24 included. It starts the command itself: a shell
// that has found `node` once does not look for the newer one.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');

const upToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
if (!upToDate) {
  console.error('setup: installing the packages of package-lock.json');
  // Exactly what the lock names, each package held against its hash; no package runs a script of its own (.npmrc).
  const words = ['ci', '--loglevel=error'];
  const { status, error } = spawnSync('npm', words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`setup: npm ci failed${error ? `: ${error.message}` : ''}; is the npm registry reachable?`);
    process.exit(1);
  }
}

const [command, ...words] = process.argv.slice(2);
if (command !== undefined) {
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const child = spawn(command, words, { stdio: 'inherit', env: { ...process.env, PATH, NX_TUI: 'false' } });
  // Ctrl-C reaches the command by itself; what is sent to this process alone is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`setup: ${command} does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
