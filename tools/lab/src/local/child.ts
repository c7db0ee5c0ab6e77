import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { abortError } from '@vm-tools/errors';
import { labError } from './lab-error.ts';
import { shellWords } from './shell-words.ts';

/** How a program ended and what it wrote. */
export interface ExecResult {
  /** Exit status; 128 + the signal's number if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** @default 60_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program of this machine to its end. Throws if it cannot be started, takes too long or is aborted. */
export async function runChild(
  file: string,
  args: readonly string[],
  { cwd, env, input, timeoutMs = 60_000, signal }: ChildOptions = {},
): Promise<ExecResult> {
  const limit = AbortSignal.timeout(timeoutMs);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const child = spawn(file, args, { cwd, env, signal: stop, killSignal: 'SIGKILL' });
  child.stdin.on('error', () => undefined); // it may end without having read its input
  child.stdin.end(input ?? '');
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 128 + 9));
  });
  try {
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, stdout, stderr };
  } catch (cause) {
    const command = shellWords([file, ...args]);
    if (signal?.aborted) throw abortError(signal, `running ${file}`);
    if (limit.aborted) {
      const message = `${command} did not end within ${timeoutMs / 1000} s`;
      throw labError({ code: 'TIMEOUT', kind: 'timeout', message, command, cause });
    }
    throw labError({ code: 'COMMAND', message: `cannot run ${file}`, command, cause });
  }
}

/** Like `runChild`, but any exit status other than zero is thrown; gives what it wrote to stdout. */
export async function runChildStrictly(
  file: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runChild(file, args, options);
  if (code === 0) return stdout;
  const command = shellWords([file, ...args]);
  throw labError({
    code: 'COMMAND',
    message: `${file} failed with status ${code}`,
    command,
    exitCode: code,
    stderr,
  });
}
