import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, untilListening } from '@vm-tools/cli/testing';
import type { TestHost } from './test-host.ts';
import { until } from './until.ts';

export interface RunningXfrd extends AsyncDisposable {
  /** e.g. "unix:///tmp/xfrd-…" or "tls://127.0.0.1:40123" */
  readonly endpoint: string;
  /** Its exit status. */
  readonly exited: Promise<number>;
  /** All that it has logged, a line of JSON each. */
  log(): string;
  /** Waits until it has logged that. */
  says(words: string): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts xfrd on a socket of its own, or on a free port of loopback. It is told to end when it is disposed of.
 *
 * @param transport for tls the host must have an identity: `trustEachOther`; for tcp it is told --insecure, and
 *   vm-migrate must be, too
 * @param environment variables in front of the command, as in a shell
 */
export async function startXfrd(
  host: TestHost,
  options = '',
  transport: 'unix' | 'tcp' | 'tls' = 'unix',
  environment = '',
): Promise<RunningXfrd> {
  for (;;) {
    const started = await startOnce(host, options, transport, environment);
    if (started !== undefined) return started;
  }
}

/** @returns undefined where another process has taken the port that was free a moment ago */
async function startOnce(
  host: TestHost,
  options: string,
  transport: 'unix' | 'tcp' | 'tls',
  environment: string,
): Promise<RunningXfrd | undefined> {
  const socket = join(tmpdir(), `xfrd-${randomUUID()}`);
  const endpoint = `${transport}://${transport === 'unix' ? socket : `127.0.0.1:${await freePort()}`}`;
  const insecure = transport === 'tcp' ? '--insecure' : '';
  const xfrd = host.spawn(`${environment} exec xfrd --listen ${endpoint} --json ${insecure} ${options}`);
  let log = '';
  xfrd.stdout.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  createInterface({ input: xfrd.stderr }).on('line', (line) => (log += `${line}\n`));
  try {
    await untilListening(xfrd);
  } catch (thrown) {
    if (log.includes('EADDRINUSE')) return undefined;
    throw new Error(`xfrd does not listen: ${log}`, { cause: thrown });
  }
  return {
    endpoint,
    exited: xfrd.exited,
    log: () => log,
    async says(words) {
      await until(() => log.includes(words), `"${words}" in the log of xfrd`);
    },
    signal: (signal) => xfrd.kill(signal),
    kill: async () => {
      await xfrd.kill('SIGKILL');
      await xfrd.exited;
      await rm(socket, { force: true });
    },
    [Symbol.asyncDispose]: async () => {
      await xfrd.kill('SIGTERM');
      await xfrd.exited;
    },
  };
}
