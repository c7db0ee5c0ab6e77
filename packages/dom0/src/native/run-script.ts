import { constants } from 'node:os';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { throwIfAborted } from '@vm-tools/errors';
import type { Dom0CallOptions, ScriptEnd, ScriptRun } from '../dom0.ts';
import { SCRIPT_LIMIT_MS, scriptLate, scriptMissing } from '../errors.ts';

const LAST_WORDS_BYTES = 4096;
/** The first may come before pipes have been looked at. */
const QUIET_TURNS = 3;

/**
 * Runs a hotplug script to its end, in a process group of its own: what it has started ends with it when it takes too
 * long. When the signal fires it is ended in the same way.
 */
export async function runScript(
  { path, args, env }: ScriptRun,
  { signal }: Dom0CallOptions = {},
): Promise<ScriptEnd> {
  const what = `running ${path}`;
  throwIfAborted(signal, what);
  const { spawn } = await import('node:child_process');
  const child = spawn(path, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lastWords = '';
  let heard = 0;
  const hear = (text: string): void => {
    heard += text.length;
    lastWords = (lastWords + text).slice(-LAST_WORDS_BYTES);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
  const limit = AbortSignal.timeout(SCRIPT_LIMIT_MS);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const end = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    const [code, name] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    // All that it has written is in the pipes by now; they may stay open, when it has left a process behind.
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      const before = heard;
      await turn();
      quiet = heard === before ? quiet + 1 : 0;
    }
    throwIfAborted(signal, what);
    if (limit.aborted) throw scriptLate(path, lastWords);
    return { status: code ?? 128 + (name === null ? 0 : constants.signals[name]), lastWords };
  } catch (thrown) {
    if (child.pid !== undefined) throw thrown;
    throw scriptMissing(path, thrown);
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
