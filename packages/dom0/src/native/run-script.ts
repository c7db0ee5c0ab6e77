import { constants } from 'node:os';
import { once } from 'node:events';
import { VmToolsError } from '@vm-tools/errors';
import type { Dom0CallOptions, ScriptEnd, ScriptRun } from '../dom0.ts';

/** As libxl has it (LIBXL_HOTPLUG_TIMEOUT). */
const SCRIPT_LIMIT_MS = 40_000;
const LAST_WORDS_BYTES = 4096;

/**
 * Runs a hotplug script to its end, in a process group of its own: what it has started ends with it when it takes too
 * long. When the signal fires it is ended in the same way.
 */
export async function runScript(
  { path, args, env }: ScriptRun,
  { signal }: Dom0CallOptions = {},
): Promise<ScriptEnd> {
  signal?.throwIfAborted();
  const { spawn } = await import('node:child_process');
  const child = spawn(path, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lastWords = '';
  const hear = (text: string): void => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_BYTES);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
  const limit = AbortSignal.timeout(SCRIPT_LIMIT_MS);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const end = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  stop.addEventListener('abort', end, { once: true });
  try {
    const [code, name] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal?.aborted === true) throw signal.reason;
    if (limit.aborted) throw late(path, lastWords);
    return { status: code ?? 128 + (name === null ? 0 : constants.signals[name]), lastWords };
  } catch (thrown) {
    if (child.pid !== undefined) throw thrown;
    throw notStarted(path, thrown);
  } finally {
    stop.removeEventListener('abort', end);
    // A process that the script has left behind may still have the other ends.
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}

function notStarted(path: string, cause: unknown): VmToolsError {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new VmToolsError({
    code: 'DOM0_SCRIPT_MISSING',
    kind: 'usage',
    message: isMissing ? `there is no script ${path}` : `the script ${path} cannot be run`,
    hint: isMissing
      ? 'install the scripts of Xen (package xen-utils-common), or name another'
      : `chmod +x ${path}`,
    details: { path },
    cause,
  });
}

function late(path: string, lastWords: string): VmToolsError {
  const said = lastWords.trim();
  return new VmToolsError({
    code: 'DOM0_SCRIPT_TIMEOUT',
    kind: 'timeout',
    message: `the script ${path} did not end within ${SCRIPT_LIMIT_MS / 1000} s${said === '' ? '' : `; it last said: ${said}`}`,
    hint: 'see /var/log/xen/xen-hotplug.log, and whether another script holds a lock in /var/run/xen-hotplug',
    details: { path, lastWords },
  });
}
