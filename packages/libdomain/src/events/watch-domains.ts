import { abortError, sleep, throwIfAborted, Timer } from '@vm-tools/errors';
import { LOOKING } from '../actions/look/list-domains.ts';
import { asVmToolsError } from '../guest-error.ts';
import type { Host } from '../host.ts';
import type { DomainEvent } from './domain-event.ts';
import { HostWatcher } from './host-watcher.ts';
import { Pace } from './pace.ts';
import { Selection } from './selection.ts';

/** @default of `pollMs` */
const POLL_MS = 5_000;
const DOING = 'watching domains';

/** Which domains are watched, and how. */
export interface WatchDomainsOptions {
  /** Ends the loop with INTERRUPTED, or with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Names, domids and UUIDs of those that are told of, whether they are there already or not. @default all */
  readonly domains?: readonly string[] | undefined;
  /** Begin with the present state, as events that are `initial`. @default false */
  readonly initial?: boolean | undefined;
  /**
   * How often to look for what Xen does not tell, above all whether a domain was paused or unpaused, ms; 0: never.
   * @default 5 s
   */
  readonly pollMs?: number | undefined;
}

/**
 * Tells what happens to the domains of a host, until the loop is left or the signal fires.
 *
 * xenstored tells of domains that are introduced, shut down, and being destroyed, of names, memory targets, requests
 * and devices: these events come at once. Of pausing and unpausing Xen says nothing; they are looked for, like all
 * else, each `pollMs`. A domain on its way (not started yet, suspended, or dying) is looked at more often at first,
 * and each `pollMs` later, or 5 s.
 *
 * An event is a difference of two looks: what comes and goes between both is not seen. The next look is made when all
 * events of the last one have been taken, so a slow reader sees fewer events, and no more memory is used.
 *
 * ```ts
 * for await (const event of watchDomains(host, { domains: ['web1'], initial: true, signal }))
 *   console.log(event.time, event.name, event.type);
 * ```
 *
 * @throws XENSTORE_…, XEN_… when the host can no longer be asked
 */
export async function* watchDomains(
  host: Pick<Host, 'xen' | 'store'>,
  options: WatchDomainsOptions = {},
): AsyncGenerator<DomainEvent, never, undefined> {
  const { domains, initial = false, signal, pollMs = POLL_MS } = options;
  const watcher = new HostWatcher(host, new Selection(domains));
  const pace = new Pace(pollMs);
  const onAbort = (): void => watcher.news.end(abortError(signal as AbortSignal, DOING));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await watcher.begin();
    for (let isInitial = true; ; isInitial = false) {
      const { changes, isOfHost } = await watcher.look();
      const time = new Date().toISOString();
      for (const change of isInitial && !initial ? [] : changes) {
        throwIfAborted(signal, DOING);
        yield { time, ...change, ...(isInitial ? { initial: true } : {}) };
      }
      pace.note({ hasChanged: changes.length > 0, isOfHost });
      await sleep(pace.gapMs, signal);
      await untilNews(watcher, pace.pauseMs(watcher.isOnTheWay));
    }
  } catch (thrown) {
    throw signal?.aborted === true ? thrown : asVmToolsError(thrown, LOOKING);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await watcher[Symbol.asyncDispose]();
  }
}

/** @param pauseMs after which there is a look in any case; Infinity: there is none */
async function untilNews({ news }: HostWatcher, pauseMs: number): Promise<void> {
  using _ = new Timer(pauseMs, () => news.ofHost());
  await news.arrival;
}
