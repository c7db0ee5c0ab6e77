import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VmToolsError, within } from '@vm-tools/errors';
import { listServed, XFRD_SOCKET } from '@vm-tools/libxfr/control';
import type { TransferId } from '@vm-tools/libxfr/journals';
import type { BenchHost } from './bench-host.ts';
import { entryOf } from './checkout.ts';

/** Two processes of node start, on a machine that may be busy. */
const START_LIMIT_MS = 60_000;

/** xfrd on a simulated host, listening on a unix socket. */
export interface BenchXfrd extends AsyncDisposable {
  readonly socketPath: string;
  /** of the process that owns the host */
  readonly keeperPid: number;
  /** of the process that reads what peers send */
  readonly receiverPid: number;
  /** The errors that it has logged so far, a sentence each. */
  readonly errors: readonly string[];
  /** How many bytes of each transfer under way have come, as vm-migrate list would see them. */
  transferred(): Promise<ReadonlyMap<TransferId, number>>;
}

/**
 * Starts one and waits until it listens. It is killed when it is disposed of, since its host goes, too.
 *
 * @param words more of its command line
 * @throws VmToolsError BENCH_XFRD when it does not get so far
 */
export async function startXfrd(host: BenchHost, words: readonly string[]): Promise<BenchXfrd> {
  const socketPath = join(host.root, 'xfrd.sock');
  const line = ['--host', host.spec, '--listen', `unix://${socketPath}`, '--json', ...words];
  const child = spawn(process.execPath, [entryOf('xfrd'), ...line], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const errors: string[] = [];
  const { promise: listening, resolve, reject } = Promise.withResolvers<undefined>();
  let receiverPid = 0;
  createInterface({ input: child.stderr }).on('line', (text) => {
    const { level, message, pid } = readLogLine(text);
    if (level !== 'info') errors.push(message);
    else if (message === 'receiver started') receiverPid = pid ?? 0;
    else if (message.startsWith('listening on ')) resolve(undefined);
  });
  void exit.then(([status]) => {
    const message = `xfrd ended with status ${status}: ${errors.join('; ')}`;
    reject(new VmToolsError({ code: 'BENCH_XFRD', message }));
  });
  try {
    const message = `xfrd does not listen after ${START_LIMIT_MS} ms`;
    await within(listening, START_LIMIT_MS, { code: 'BENCH_XFRD', message });
  } catch (thrown) {
    kill();
    throw thrown;
  }
  return {
    socketPath,
    keeperPid: child.pid ?? 0,
    receiverPid,
    errors,
    async transferred() {
      const served = await listServed(join(host.root, XFRD_SOCKET));
      return new Map(served.map(({ id, figures }) => [id, figures.transferred]));
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      kill();
      await exit;
    },
  };
}

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly pid?: number;
}

/** Node's own words when a process crashes are no JSON. */
function readLogLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'error', message: text };
  }
}
