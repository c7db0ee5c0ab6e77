import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { FileReport } from '../report.ts';

const MAIN = join(import.meta.dirname, '../../bin/vm-config.js');

export interface RunOptions {
  /** the working directory */
  readonly cwd: string;
  /** its stdin; empty by default */
  readonly input?: string;
}

export interface Ran {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs vm-config from its sources, with no host. */
export async function runConfig(words: readonly string[], { cwd, input = '' }: RunOptions): Promise<Ran> {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined };
  const child = spawn(process.execPath, [MAIN, ...words], { cwd, env });
  child.stdin.on('error', () => undefined); // it may end before it has read all
  child.stdin.end(input);
  const ended = once(child, 'close').then(([code]) => code as unknown);
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}

/** `vm-config check … --json`, which has to print nothing but its list. */
export async function checkFiles(
  words: readonly string[],
  options: RunOptions,
): Promise<{ readonly status: unknown; readonly reports: readonly FileReport[] }> {
  const { status, stdout, stderr } = await runConfig(['check', ...words, '--json'], options);
  if (stderr !== '') throw new Error(`vm-config check has said: ${stderr}`);
  return { status, reports: JSON.parse(stdout) as FileReport[] };
}
