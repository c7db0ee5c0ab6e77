import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { VmToolsError } from '@vm-tools/errors';

/** What bash says of a command, ms after the point: its user and its system time, its exec and its end included. */
const TIMED = 'set -o pipefail; TIMEFORMAT="%3U %3S"; { time "$@" 2>&1; } | cat >/dev/null';
const TOLD = /^(?<user>\d+\.\d+) (?<system>\d+\.\d+)$/m;

/**
 * The processor time of a program, user and system, all of its threads together: it does not depend on other busy
 * processes as the time on a clock does.
 *
 * @param words of its command line; the output goes into a pipe
 * @param program @default node
 * @returns ms
 */
export async function cpuMsOf(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  program = process.execPath,
): Promise<number> {
  const told = await run('bash', ['-c', TIMED, 'bash', program, ...words], env);
  const { user, system } = TOLD.exec(told)?.groups ?? {};
  return (Number(user) + Number(system)) * 1000;
}

/** The most memory that node has resident, by itself, MiB. */
export async function peakMibOf(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const teller = join(import.meta.dirname, 'tell-memory.cjs');
  const told = await run(process.execPath, ['--require', teller, ...words], env);
  return Number(/(?<kib>\d+) KiB\n$/.exec(told)?.groups?.['kib']) / 1024;
}

/** @returns what it says on stderr; @throws VmToolsError BENCH_TOOL when it fails */
async function run(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[status], said] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stderr),
    text(child.stdout),
  ]);
  if (status === 0) return said;
  const message = `${words.join(' ')} ended with status ${status}: ${said.trim()}`;
  throw new VmToolsError({ code: 'BENCH_TOOL', message });
}
