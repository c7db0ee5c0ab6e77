import type { DomainInfo } from '@vm-tools/xc-native';
import type { Host } from '../host.ts';
import { readPending, type PendingRestart } from '../pending/pending-restarts.ts';
import { actOnShutdown } from './act-on-shutdown.ts';
import { DomainTasks } from './domain-tasks.ts';
import type { MonitorEvent } from './monitor-event.ts';
import { policyError } from './policy-error.ts';
import { restartDomain, type RestartOptions } from './restart.ts';
import { watchQemus } from './watch-qemus.ts';

/** How long the monitor runs, what it tells, and what time it is. */
export interface MonitorOptions extends Pick<RestartOptions, 'signal' | 'zombieLimitMs' | 'rulesOfPeer'> {
  readonly onEvent?: (event: MonitorEvent) => void;
  /** @default Date.now */
  readonly now?: () => number;
}

/**
 * Carries out `on_poweroff`, `on_reboot` and `on_crash` of all domains of this host, until the signal fires. Each
 * domain is handled by itself: one that Xen cannot let go of keeps no other waiting.
 *
 * xl keeps a process for each domain that waits for its end. This is one for all, and it may be killed and started
 * again at any time: it keeps no state of its own. Xen knows which domain has shut down and why, the userdata file says
 * what to do then, and a restart under way is written down. Run one of them on a host.
 *
 * Domains of xl are left to xl. Suspended domains belong to the process that saves them; so a transfer need not be told from
 * others: until it is over its domain runs, or is suspended, or, at the other end, is paused. And if the guest powers
 * off in the middle of one, the transfer fails and its policy holds.
 *
 * A guest whose qemu has ended is told of as one that has failed, and left as it is.
 */
export async function monitorDomains(host: Host, options: MonitorOptions = {}): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const monitor = new Monitor(host, { ...options, signal });
  const qemus = watchQemus(host, {
    signal,
    onEnded: (domid, error) => options.onEvent?.({ type: 'failed', domid, error }),
  });
  // What stops that ends the monitor, too: a host that cannot be asked any more.
  qemus.catch(() => over.abort());
  try {
    monitor.goOn(await readPending(host));
    // The first event comes at once: what happened while no monitor ran is looked at first.
    await using watch = host.store.watch('@releaseDomain', { signal });
    while (!(await watch.next()).done) monitor.actOn(await host.xen.domainGetinfolist());
  } catch (thrown) {
    if (options.signal?.aborted !== true) throw thrown;
  } finally {
    over.abort();
    await monitor.done();
    await qemus;
  }
}

class Monitor {
  readonly #host: Host;
  readonly #options: MonitorOptions & { readonly signal: AbortSignal };
  readonly #tasks = new DomainTasks();
  /** domids, so that a kept domain is reported once */
  readonly #kept = new Set<number>();
  /** by domid: it is tried again whenever there is news of any domain, and told of once */
  readonly #failed = new Map<number, string>();

  constructor(host: Host, options: MonitorOptions & { readonly signal: AbortSignal }) {
    this.#host = host;
    this.#options = options;
  }

  /** Goes on with restarts that were cut short. Those that have failed wait until an operator asks for them. */
  goOn(restarts: readonly PendingRestart[]): void {
    const { onEvent } = this.#options;
    const cutShort = restarts.filter(({ failure }) => failure === undefined);
    for (const [uuid, pending] of Map.groupBy(cutShort, (each) => each.uuid)) {
      this.#tasks.run(uuid, async () => {
        for (const restart of pending) {
          await this.#reportFailure(restart.domid, async () => {
            const domain = await restartDomain(this.#host, restart, this.#limits());
            if (domain !== undefined) onEvent?.({ type: 'restarted', domain });
          });
        }
      });
    }
  }

  /** Carries out the policies of those that have shut down. */
  actOn(infos: readonly DomainInfo[]): void {
    const shutDown = infos.filter((info) => this.#concerns(info));
    for (const [uuid, domains] of Map.groupBy(shutDown, (info) => info.uuid)) {
      this.#tasks.run(uuid, async () => {
        for (const { domid } of domains) await this.#reportFailure(domid, () => this.#actOn(domid));
      });
    }
  }

  /** Resolves when nothing goes on any more. */
  done(): Promise<void> {
    return this.#tasks.done();
  }

  async #actOn(domid: number): Promise<void> {
    const { now = Date.now, onEvent } = this.#options;
    // Something else may have been done about it since it was seen.
    const info = await this.#host.xen.domainGetinfo(domid);
    if (info === undefined || !this.#concerns(info)) return;
    const event = await actOnShutdown(this.#host, info, { ...this.#limits(), now });
    if (event?.type === 'kept') this.#kept.add(domid);
    if (event !== undefined) onEvent?.(event);
  }

  #limits(): RestartOptions {
    const { signal, zombieLimitMs, rulesOfPeer } = this.#options;
    return { signal, rulesOfPeer, zombieLimitMs };
  }

  #concerns({ domid, shutdownReason, isDying }: DomainInfo): boolean {
    return shutdownReason !== undefined && !isDying && !this.#kept.has(domid);
  }

  async #reportFailure(domid: number, work: () => Promise<void>): Promise<void> {
    const { signal, onEvent } = this.#options;
    try {
      if (!signal.aborted) await work();
      this.#failed.delete(domid);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = policyError(thrown);
      if (this.#failed.get(domid) === error.message) return;
      this.#failed.set(domid, error.message);
      onEvent?.({ type: 'failed', domid, error });
    }
  }
}
