import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface StartedMain {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** its exit status, null if a signal ended it */
  readonly status: Promise<unknown>;
}

export interface EndedMain {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program of the project from its sources: plain text, and none of the settings that tests are run with. */
export function startMain(
  file: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): StartedMain {
  const child = spawn(process.execPath, [file, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The user who runs the tests may have FORCE_COLOR set, and node warns of the contradiction.
    env: { ...process.env, ...environment, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  const status = once(child, 'exit').then(([code]) => code as unknown);
  return { child, stdout: child.stdout, stderr: child.stderr, status };
}

/** Runs it to its end. */
export async function runMain(...args: Parameters<typeof startMain>): Promise<EndedMain> {
  const main = startMain(...args);
  const [status, stdout, stderr] = await Promise.all([main.status, text(main.stdout), text(main.stderr)]);
  return { status, stdout, stderr };
}
