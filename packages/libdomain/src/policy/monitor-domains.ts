import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { DomainInfo, ShutdownReason } from '@vm-tools/xc-native';
import { destroyDomain } from '../actions/destroy-domain.ts';
import type { ShutdownAction } from '../config/schema.ts';
import { describeDomain, type Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { markerPath, vmPath } from '../paths.ts';
import { readUserdata } from '../userdata.ts';
import { readPending } from './pending-restarts.ts';
import { finishRestart, restartDomain } from './restart.ts';
import { shutdownAction } from './shutdown-action.ts';

/** A guest that crashes earlier than this after its start would do so again and again. */
const MIN_LIFE_S = 10;

/** What became of a domain that has shut down. */
export type MonitorEvent =
  | { readonly type: 'destroyed'; readonly domain: Domain; readonly reason: ShutdownReason }
  | { readonly type: 'restarted'; readonly domain: Domain; readonly reason?: ShutdownReason }
  | { readonly type: 'kept'; readonly domain: Domain; readonly reason: ShutdownReason; readonly why: string }
  | { readonly type: 'failed'; readonly domid: number; readonly error: VmToolsError };

export interface MonitorOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MonitorEvent) => void;
  /** @default Date.now */
  readonly now?: () => number;
}

/**
 * Does for all domains of this host what their `on_poweroff`, `on_reboot` and `on_crash` say, until the signal fires.
 *
 * xl keeps a process for each domain that waits for its end. This is one for all, and it may be killed and started
 * again at any time: it keeps nothing in mind. Xen knows who has shut down and why, the userdata file knows what is
 * to be done then, and a restart under way is written down. Run one of them on a host.
 *
 * Domains of xl are left to xl. Suspended domains belong to whoever saves them; so a transfer need not be told from
 * others: until it is over its domain runs, or is suspended, or, at the other end, is paused. And if the guest powers
 * off in the middle of one, the transfer fails and its policy holds.
 */
export async function monitorDomains(host: Host, options: MonitorOptions = {}): Promise<void> {
  const { signal, onEvent } = options;
  const kept = new Set<number>(); // so that a domain which is kept is told of once
  try {
    for (const pending of await readPending(host)) {
      await reportFailure(pending.domid, onEvent, async () => {
        const domain = await finishRestart(host, pending, pickSignal(options));
        if (domain !== undefined) onEvent?.({ type: 'restarted', domain });
      });
    }
    // The first event comes at once: what happened while nobody watched is looked at first.
    await using watch = host.store.watch('@releaseDomain', { signal });
    while (!(await watch.next()).done) {
      for (const info of await host.xen.domainGetinfolist()) {
        if (info.shutdownReason === undefined || info.isDying || kept.has(info.domid)) continue;
        await reportFailure(info.domid, onEvent, () => actOn(host, info, options, kept));
      }
    }
  } catch (thrown) {
    if (signal?.aborted !== true) throw thrown;
  }
}

/** One domain that cannot be helped must not keep the others waiting. */
async function reportFailure(
  domid: number,
  onEvent: MonitorOptions['onEvent'],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error =
      thrown instanceof VmToolsError
        ? thrown
        : new VmToolsError({
            code: 'DOMAIN_POLICY_FAILED',
            message: messageOf(thrown),
            hint: 'do by hand what the configuration of the domain says',
            cause: thrown,
          });
    if (error.kind === 'interrupted') throw error;
    onEvent?.({ type: 'failed', domid, error });
  }
}

async function actOn(
  host: Host,
  info: DomainInfo,
  options: MonitorOptions,
  kept: Set<number>,
): Promise<void> {
  const { domid, uuid, shutdownReason: reason } = info;
  if (reason === undefined || (await host.store.read(markerPath(domid))) === undefined) return;
  const domain = await describeDomain(host.store, info);
  const configJson = await readUserdata(host, domain);
  const wanted = shutdownAction(fromLibxlJson(configJson), reason);
  if (wanted === undefined) return;

  const why = await reasonToKeep(host, info, wanted, (options.now ?? Date.now)());
  if (why !== undefined) {
    kept.add(domid);
    options.onEvent?.({ type: 'kept', domain, reason, why });
  } else if (wanted === 'destroy') {
    await destroyDomain(host, domain, pickSignal(options));
    options.onEvent?.({ type: 'destroyed', domain, reason });
  } else {
    const restarted = await restartDomain(host, { domid, uuid, configJson }, pickSignal(options));
    if (restarted !== undefined) options.onEvent?.({ type: 'restarted', domain: restarted, reason });
  }
}

async function reasonToKeep(
  { store }: Host,
  { uuid, shutdownReason }: DomainInfo,
  wanted: ShutdownAction,
  nowMs: number,
): Promise<string | undefined> {
  if (wanted === 'preserve') return 'its configuration says so';
  // To keep it beside its successor, it would need another UUID.
  if (wanted === 'rename-restart') return 'rename-restart is not possible yet';
  if (wanted === 'destroy' || shutdownReason === 'reboot' || shutdownReason === 'poweroff') return undefined;
  const startedS = Number((await store.read(`${vmPath(uuid)}/start_time`)) ?? 0);
  if (nowMs / 1000 - startedS >= MIN_LIFE_S) return undefined;
  return `it crashed within ${MIN_LIFE_S} s of its start and would do so again`;
}

const pickSignal = ({ signal }: MonitorOptions): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
