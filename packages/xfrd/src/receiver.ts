import { createLog, ensureMonitor, type Invocation, type Log } from '@vm-tools/cli';
import { domainTarget, guestFinder } from '@vm-tools/libdomain';
import { fileJournals, JOURNAL_FOLDER, type Journals, type Target } from '@vm-tools/libxfr';
import { createLimiter, parseRate, type Limiter } from '@vm-tools/ratelimit';
import { join } from 'node:path';
import type { ServeInput } from './options.ts';
import { recovery, type Recovery } from './recovery.ts';

/** What receiving takes, whoever calls and however. */
export interface Receiver {
  readonly log: Log;
  readonly limiter: Limiter;
  readonly journals: Journals;
  readonly makeTarget: () => Target;
  /** the transfers that others have left */
  readonly left: Recovery;
}

/** By the time it resolves, what earlier processes have left has been ended, as far as nobody has to be asked. */
export async function openReceiver(invocation: Invocation<ServeInput>): Promise<Receiver> {
  const { input, messages, root } = invocation;
  const limiter = createLimiter({ rate: parseRate(input.bwlimit ?? 'off') });
  const host = await invocation.openHost();
  const log = createLog(messages);
  const journals = fileJournals(join(root, JOURNAL_FOLDER));
  const onStarted = (): void => void ensureMonitor(invocation);
  const left = recovery(log, { journals, finder: guestFinder(host), onStarted });
  await left.alone();
  return { log, limiter, journals, left, makeTarget: () => domainTarget(host, { onLog: messages.trace }) };
}
