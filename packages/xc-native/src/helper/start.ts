import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { helperEnvironment } from './environment.ts';
import { CONTROL_FD } from './messages.ts';
import type { Job } from './messages.ts';
import type { SocketPair } from './socket-pair.ts';

const KEPT_STDERR_BYTES = 4096;

/** A helper, at work or waiting for some. */
export interface HelperProcess {
  readonly control: Socket;
  /** For the bytes of one image: the helper closes its end behind them. */
  readonly data: SocketPair['ours'];
  /** Never rejects. */
  readonly ended: Promise<HelperEnd>;
  kill(): void;
  /** undefined when it could not be started */
  readonly pid: number | undefined;
  /** This process does not end before the helper has, which is so from its start. */
  ref(): void;
  /** This process may end, and takes the helper along. */
  unref(): void;
}

export interface HelperEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** the last of what it wrote to stderr: Node's own words when it could not even start */
  readonly stderr: string;
  /** it could not be started at all */
  readonly spawnError: Error | undefined;
}

/**
 * Starts a helper, which waits for a job.
 *
 * @param pair for the bytes of an image: DATA_FD of the helper
 */
export function startHelper(helperPath: string, pair: SocketPair): HelperProcess {
  const { ours: data, theirs } = pair;
  const child = spawn(process.execPath, [helperPath], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', theirs],
    env: helperEnvironment(),
    // A session of its own: Ctrl-C in a terminal must not reach it (see main.ts), not even while it starts.
    detached: true,
  });
  pair.release();
  const control = child.stdio[CONTROL_FD] as Socket;
  // A socket whose helper has died says EPIPE or ECONNRESET; the end of the process tells the story better.
  for (const socket of [control, data]) socket.on('error', () => undefined);
  const held = [child, control, data, child.stderr as Socket];
  return {
    control,
    data,
    ended: awaitEnd(child, control),
    kill: () => void child.kill('SIGKILL'),
    pid: child.pid,
    ref: () => held.forEach((each) => each.ref()),
    unref: () => held.forEach((each) => each.unref()),
  };
}

async function awaitEnd(child: ChildProcess, control: Socket): Promise<HelperEnd> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR_BYTES);
  });
  const exit = new Promise<Omit<HelperEnd, 'stderr'>>((resolve) => {
    child.once('error', (spawnError) => resolve({ exitCode: null, signal: null, spawnError }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, spawnError: undefined }));
  });
  // Its last message may still be on its way when the process is gone; and so may its last words.
  const drained = Promise.all([closed(control), child.stderr === null ? undefined : closed(child.stderr)]);
  const end = await exit;
  if (end.spawnError === undefined) await drained;
  return { ...end, stderr: stderr.trim() };
}

function closed(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

/** The libxc call that a job is about. */
const CALLS: Readonly<Record<Job['kind'], string>> = {
  build: 'xc_dom_boot_image',
  save: 'xc_domain_save',
  restore: 'xc_domain_restore',
  dump: 'xc_domain_dumpcore_via_callback',
  destroy: 'xc_domain_destroy',
};

/** The error for a helper that ended without a result. */
export function crashError({ kind, domid }: Job, end: HelperEnd): VmToolsError {
  const { exitCode, signal, stderr } = end;
  return new VmToolsError({
    code: 'XEN_HELPER_CRASHED',
    message: `the helper process for ${CALLS[kind]} ${howItEnded(end)}`,
    hint: 'its last words are in the log; dmesg says whether the kernel ended it',
    log: stderr === '' ? [] : stderr.split('\n'),
    details: { call: CALLS[kind], domid, signal, exitCode, stderr },
    cause: end.spawnError,
  });
}

function howItEnded({ exitCode, signal, spawnError }: HelperEnd): string {
  if (spawnError !== undefined) return `could not be started: ${messageOf(spawnError)}`;
  return signal === null ? `ended with status ${String(exitCode)}` : `was killed by ${signal}`;
}
