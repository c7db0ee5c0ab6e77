import { setImmediate as turn } from 'node:timers/promises';
import type { ErrnoName } from '../machine/strerror.ts';
import type { Faults } from './faults.ts';

/** One call of some work, and what becomes of it. */
export interface Strike {
  readonly call: string;
  /** from 1: which of the calls of this name */
  readonly nth: number;
  /** The errno of its failure; without, it hangs until the work is aborted. */
  readonly errno?: ErrnoName;
}

/** Does the work, and names every call that it has made twice: once to fail, and once to hang. */
export async function strikesOf(faults: Faults, work: () => Promise<unknown>): Promise<Strike[]> {
  const before = new Map(faults.calls);
  await work();
  return [...faults.calls].flatMap(([call, count]) => {
    const made = Array.from({ length: count - (before.get(call) ?? 0) }, (_, index) => index + 1);
    return made.flatMap((nth) => [
      { call, nth, errno: errnoOf(call) },
      { call, nth },
    ]);
  });
}

/**
 * Does the work with one of its calls failing, or hanging until the work is told to stop. A call that knows no signal
 * goes on then, as one that was only slow.
 *
 * @returns what it rejected with; undefined if it was done all the same
 */
export async function strike(
  faults: Faults,
  { call, nth, errno }: Strike,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const stop = new AbortController();
  const reached = (faults.calls.get(call) ?? 0) + nth;
  const rule = faults.add({ call, nth, ...(errno === undefined ? { hang: true } : { errno }) });
  const running = { isOver: false };
  const outcome = work(stop.signal)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    .finally(() => (running.isOver = true));
  if (errno === undefined) {
    while (!running.isOver && (faults.calls.get(call) ?? 0) < reached) await turn();
    stop.abort();
    faults.remove(rule);
  }
  const thrown = await outcome;
  faults.remove(rule);
  return thrown;
}

const TAKES_MEMORY = /Create|Build|Save|Restore|Max|maxmem|Mempool/;
const TAKES_ROOM = /^xenstore\.(write|mkdir|transactionStart|transactionEnd)$/;

/** A probable errno of the call. EIO is what makes a transaction run again. */
function errnoOf(call: string): ErrnoName {
  if (TAKES_ROOM.test(call)) return 'ENOSPC';
  if (/^(xenstore|dom0)\./.test(call)) return 'EIO';
  return TAKES_MEMORY.test(call) ? 'ENOMEM' : 'EBUSY';
}
