import { constants } from 'node:os';
import type { PrecopyDecision, PrecopyStats } from '@vm-tools/xc-native';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { errnoOf, type CallLog } from '../call-log.ts';
import type { PageSender } from './page-sender.ts';

export type PrecopyPolicy = (stats: PrecopyStats) => PrecopyDecision | Promise<PrecopyDecision>;

const MAX_ITERATIONS = 5;
const FEW_PAGES = 50;

/** libxc's own policy: stop after five rounds, or when the rest is next to nothing. */
export function simplePrecopyPolicy({ iteration, dirtyPages }: PrecopyStats): PrecopyDecision {
  const isFew = dirtyPages !== undefined && dirtyPages < FEW_PAGES;
  return isFew || iteration >= MAX_ITERATIONS ? 'stop-and-copy' : 'continue';
}

/** enable_logdirty: should it be on already, it is switched off and on again. */
export function enableLogDirty(machine: Machine, { domid, memory }: MachineDomain, log: CallLog): void {
  try {
    machine.startLogDirty(domid);
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (!memory.isLogDirty) {
      const off = errno === 'ESRCH' ? errno : 'EINVAL';
      const refusals = [constants.errno[errno], constants.errno[off], 0]; // of: on, off, on once more
      throw log.perror(`Failed to enable logdirty: ${refusals.join()}`, off);
    }
    machine.domainLogDirtyOff(domid);
    machine.startLogDirty(domid);
  }
}

/**
 * send_memory_live: rounds of what is dirty, the first of everything, while the guest runs. The policy is asked before
 * each round and behind it, and a round that it was asked about is sent even if it is to be the last.
 */
export async function sendMemoryLive(
  domain: MachineDomain,
  p2mSize: number,
  sender: PageSender,
  policy: PrecopyPolicy,
  log: CallLog,
): Promise<void> {
  let dirty: Iterable<readonly [start: number, count: number]> = [[0, p2mSize]];
  let dirtyPages = p2mSize;
  let totalWrittenPages = 0;
  for (let iteration = 0; ; iteration++) {
    const before = await policy({ iteration, totalWrittenPages, dirtyPages });
    if (before === 'abort') throw aborted(log);
    if (dirtyPages > 0) await sender.send(dirty);
    if (before === 'stop-and-copy') return;

    totalWrittenPages += dirtyPages;
    const after = await policy({ iteration: iteration + 1, totalWrittenPages, dirtyPages: undefined });
    if (after === 'abort') throw aborted(log);
    if (after === 'stop-and-copy') return;

    domain.catchUp();
    const bitmap = domain.memory.takeDirty();
    dirty = bitmap.ranges();
    dirtyPages = bitmap.size;
  }
}

function aborted(log: CallLog): Error {
  return log.perror('Abort precopy loop', undefined);
}
