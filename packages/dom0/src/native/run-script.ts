import { throwIfAborted } from '@vm-tools/errors';
import type { Dom0CallOptions, ScriptEnd, ScriptRun } from '../dom0.ts';
import { SCRIPT_LIMIT_MS, scriptLate, scriptMissing } from '../errors.ts';
import { endOf, Hearing } from './process-group.ts';

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
  const heard = new Hearing();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => heard.add(text));
  const limit = AbortSignal.timeout(SCRIPT_LIMIT_MS);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  try {
    const status = await endOf(child, stop);
    // All that it has written is in the pipes by now; they may stay open, when it has left a process behind.
    await heard.all();
    throwIfAborted(signal, what);
    if (limit.aborted) throw scriptLate(path, heard.lastWords);
    return { status, lastWords: heard.lastWords };
  } catch (thrown) {
    if (child.pid !== undefined) throw thrown;
    throw scriptMissing(path, thrown);
  } finally {
    // A process that the script has left behind may still have the other ends.
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
