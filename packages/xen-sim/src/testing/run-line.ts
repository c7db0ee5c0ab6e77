import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { patient } from '@vm-tools/ratelimit/testing';

const REPOSITORY = join(import.meta.dirname, '../../../..');
/** No tool of a test takes that long; what hangs is killed. */
const LIMIT_MS = patient(120_000);

/** A line of shell that runs, and that can be talked to and signalled. */
export interface LineProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit status, or 128 + 9 if a signal ended it. */
  readonly exited: Promise<number>;
  /** Signals it and its children, as Ctrl-C on a terminal does. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** After it the line is killed. @default 120 s, more on a slow machine */
  readonly timeoutMs?: number;
  /** The stdin of it; empty by default. */
  readonly input?: string | Uint8Array;
}

export interface LineContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The environment in which the tools are found: in the bundle that has been made for all tests, or as npm has linked
 * them, from their sources. The node is that which runs this.
 */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const tools = process.env['VM_TOOLS_TEST_BIN'] ?? join(REPOSITORY, 'node_modules/.bin');
  const folders = [dirname(process.execPath), tools];
  return {
    ...process.env,
    PATH: [...folders, process.env['PATH']].join(':'),
    // Of this process, and not meant for others.
    NODE_OPTIONS: '',
    NODE_COMPILE_CACHE: join(REPOSITORY, '.cache/compiled'), // half the time that a tool takes
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    JOURNAL_STREAM: undefined,
  };
}

/**
 * Starts a line of shell in a process group of its own.
 *
 * @param fds descriptors of this process that it gets as 3, 4, …
 */
export function spawnLine(line: string, { cwd, env }: LineContext, fds: readonly number[] = []): LineProcess {
  const stdio = ['pipe' as const, 'pipe' as const, 'pipe' as const, ...fds];
  // A pipe is not null, which node's types say only of an array of these three.
  const child = spawn('sh', ['-c', line], {
    cwd,
    env,
    detached: true,
    stdio,
  }) as ChildProcessWithoutNullStreams;
  child.stdin.on('error', () => undefined); // it may end before it has read all
  return asLineProcess(child, child);
}

export function asLineProcess(
  child: ChildProcess,
  { stdin, stdout, stderr }: Pick<LineProcess, 'stdin' | 'stdout' | 'stderr'>,
): LineProcess {
  const exited = Promise.withResolvers<number>();
  child.once('error', exited.reject);
  child.once('close', (code) => exited.resolve(code ?? 128 + 9));
  return {
    stdin,
    stdout,
    stderr,
    exited: exited.promise,
    kill: async (signal) => {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (!hasEnded && child.pid !== undefined) process.kill(-child.pid, signal);
    },
  };
}

/** Runs a line of shell to its end, whatever its exit status. */
export async function runLine(
  process: LineProcess,
  line: string,
  { timeoutMs = LIMIT_MS, input = '' }: ExecOptions = {},
): Promise<ExecResult> {
  process.stdin.end(input);
  const late = new AbortController();
  const limit = setTimeout(() => {
    late.abort();
    void process.kill('SIGKILL');
  }, timeoutMs);
  const [code, stdout, stderr] = await Promise.all([
    process.exited,
    text(process.stdout),
    text(process.stderr),
  ]).finally(() => clearTimeout(limit));
  if (late.signal.aborted)
    throw new Error(`${line} did not end within ${timeoutMs / 1000} s; it said: ${stderr}`);
  return { code, stdout, stderr };
}
