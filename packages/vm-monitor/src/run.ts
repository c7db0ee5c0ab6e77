import {
  createLog,
  monitorSocketPath,
  type Invocation,
  type Log,
  type OpenedHost,
  type Outcome,
} from '@vm-tools/cli';
import { sleep, VmToolsError } from '@vm-tools/errors';
import { listDomains, monitorDomains, type MonitorEvent } from '@vm-tools/libdomain';
import { readPeer, trustFolder } from '@vm-tools/trust';
import { takeLock } from './lock.ts';
import type { MonitorInput } from './options.ts';
import type { Ended } from './result.ts';
import { tellStates } from './tell-states.ts';
import { hasDomains, untilIdle } from './until-idle.ts';

const DEFAULT_LINGER_MS = 60_000;

export async function monitor(invocation: Invocation<MonitorInput>): Promise<Outcome<Ended>> {
  const { input, messages, root, signal } = invocation;
  const log = createLog(messages);
  const socketPath = monitorSocketPath(root);
  const host = await invocation.openHost();
  do {
    await using lock = await takeLock(socketPath);
    if (!lock) return otherRuns(input, socketPath);
    await using _ = await tellStates(
      root,
      () => listDomains(host),
      (words) => log.error(`the states of the domains are not told: ${words}`),
    );
    log.info('watching the domains of this host', { pid: process.pid });
    await watch(host, log, input, signal);
    // A tool that makes a domain while the lock is being given back has been told that a monitor runs.
  } while (!signal.aborted && (await hasDomains(host.xen)));
  log.info(signal.aborted ? 'told to end' : 'no domain is left to watch');
  return { value: { state: 'ended' } };
}

/** Until the signal fires or, unless it stays in the foreground, there has been nothing to watch for a while. */
async function watch(host: OpenedHost, log: Log, input: MonitorInput, signal: AbortSignal): Promise<void> {
  const { foreground, linger = DEFAULT_LINGER_MS } = input;
  const idle = new AbortController();
  const stopped = AbortSignal.any([signal, idle.signal]);
  const watching = monitorDomains(host, {
    signal: stopped,
    onEvent: (event) => logEvent(log, event),
    rulesOfPeer: (peer) => readPeer(trustFolder(host.root), peer),
  });
  const waiting = foreground ? watching : untilIdle(host.xen, () => sleep(linger / 2, stopped));
  try {
    await Promise.race([watching, waiting]);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  } finally {
    idle.abort();
    await watching;
  }
}

function logEvent(log: Log, event: MonitorEvent): void {
  if (event.type === 'failed') {
    const { code, message, hint } = event.error;
    log.error(message, { domid: event.domid, code, hint });
    return;
  }
  const { name, domid, uuid } = event.domain;
  log.info(event.type, {
    name,
    domid,
    uuid,
    reason: event.reason,
    ...(event.type === 'kept' ? { why: event.why } : {}),
  });
}

/** In the background that is what is wanted; a service would believe that it runs. */
function otherRuns({ foreground }: MonitorInput, socketPath: string): Outcome<Ended> {
  if (!foreground) return { value: { state: 'another-runs' } };
  throw new VmToolsError({
    code: 'MONITOR_RUNS',
    message: `another vm-monitor listens on ${socketPath}`,
    hint: 'it ends by itself a while after the last domain, or at SIGTERM',
  });
}
