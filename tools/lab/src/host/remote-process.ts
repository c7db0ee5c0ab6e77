import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { openSession } from './connection.ts';
import type { Address } from './connection.ts';
import { labError } from '../local/lab-error.ts';
import { shellWords } from '../local/shell-words.ts';

/** A command that runs on a host. */
export interface RemoteProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit status, 128 + the number of the signal that ended it, or 255 if the connection broke. */
  readonly exited: Promise<number>;
  /**
   * Signals the command itself on the host, not the ssh that shows it here.
   *
   * @param reach `group` (the default) is what Ctrl-C in a terminal does, `process` what `kill PID` does
   */
  kill(signal: NodeJS.Signals, reach?: 'group' | 'process'): Promise<void>;
  /** Ends the ssh that shows it here, for a host that answers no more; the command itself goes on. */
  close(): void;
}

/** A line for the shell, or the words of a command (which is then the very process that gets signals). */
export type RemoteCommand = string | readonly string[];

export interface SpawnOptions {
  /** With a terminal of its own: what it writes to stderr arrives on stdout. @default false */
  readonly tty?: boolean;
}

export function spawnRemotely(
  address: Address,
  command: RemoteCommand,
  options: SpawnOptions = {},
): RemoteProcess {
  const id = randomUUID();
  const words = typeof command === 'string' ? ['sh', '-c', command] : command;
  const session = openSession(address, shellWords(['exec', '/lab/run', id, ...words]), options);
  const exited = Promise.withResolvers<number>();
  session.once('error', exited.reject);
  session.once('close', (code) => exited.resolve(code ?? 255));
  exited.promise.catch(() => undefined); // a caller that waits for it sees it
  session.stdin.on('error', () => undefined); // the command may end before it has read all
  return {
    stdin: session.stdin,
    stdout: session.stdout,
    stderr: session.stderr,
    exited: exited.promise,
    kill: (signal, reach = 'group') => killRemotely(address, id, signal, reach),
    close: () => session.kill('SIGKILL'),
  };
}

const killLimitMs = 30_000;

async function killRemotely(address: Address, id: string, signal: string, reach: string): Promise<void> {
  const session = openSession(address, shellWords(['/lab/kill.sh', id, signal.replace(/^SIG/, ''), reach]));
  session.stdin.end();
  const limit = setTimeout(() => session.kill('SIGKILL'), killLimitMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    session.once('error', reject);
    session.once('exit', resolve);
  }).finally(() => clearTimeout(limit));
  if (code !== 0) {
    const message = `${signal} did not reach the command on host ${address.host}; has it ended?`;
    throw labError({ code: 'KILL', message });
  }
}
