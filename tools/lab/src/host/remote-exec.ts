import { text } from 'node:stream/consumers';
import { abortError } from '@vm-tools/errors';
import type { ExecResult } from '../local/child.ts';
import type { Address } from './connection.ts';
import { labError } from '../local/lab-error.ts';
import { spawnRemotely } from './remote-process.ts';
import type { RemoteCommand } from './remote-process.ts';
import { shellWords } from '../local/shell-words.ts';

export interface ExecOptions {
  /** After it the command is killed and the call throws. @default 60_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** The stdin of the command; empty by default. */
  readonly input?: string;
}

/** Runs a command on a host to its end, whatever its exit status. */
export async function execRemotely(
  address: Address,
  command: RemoteCommand,
  { timeoutMs = 60_000, signal, input }: ExecOptions = {},
): Promise<ExecResult> {
  const line = typeof command === 'string' ? command : shellWords(command);
  if (signal?.aborted) throw abortError(signal, `running ${line}`);
  const limit = AbortSignal.timeout(timeoutMs);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const process = spawnRemotely(address, command);
  process.stdin.end(input ?? '');
  const result = Promise.all([process.exited, text(process.stdout), text(process.stderr)]);
  result.catch(() => undefined); // the race below may be over
  const stopped = Promise.withResolvers<never>();
  const onStop = (): void => {
    // It may have ended by itself just now.
    void process
      .kill('SIGKILL')
      .catch(() => undefined)
      .finally(() => process.close());
    const message = `${line} did not end within ${timeoutMs / 1000} s on host ${address.host}`;
    stopped.reject(
      signal?.aborted
        ? abortError(signal, `running ${line}`)
        : labError({ code: 'TIMEOUT', kind: 'timeout', message, command: line }),
    );
  };
  stop.addEventListener('abort', onStop, { once: true });
  try {
    const [code, stdout, stderr] = await Promise.race([result, stopped.promise]);
    return { code, stdout, stderr };
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
