import { VmToolsError } from '@vm-tools/errors';

const LOOK_EVERY_MS = 500;

/**
 * A signal that fires when the process that has started this one is gone: a program that had a limit was killed, and
 * the outcome is of no use to it any more.
 */
export function orphaned(): AbortSignal {
  const parent = process.ppid;
  const gone = new AbortController();
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone.abort(
      new VmToolsError({
        code: 'INTERRUPTED',
        kind: 'interrupted',
        message: `the process ${parent} that has started this one is gone`,
      }),
    );
  }, LOOK_EVERY_MS).unref();
  return gone.signal;
}
