import { setTimeout as delay } from 'node:timers/promises';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';

/** How long a domain may be dying before that is called an error, ms. */
const ZOMBIE_LIMIT_MS = 10_000;
/** Most domains are gone at once; none needs to be looked at more often than so. */
const LONGEST_PAUSE_MS = 50;

/** How long Xen may take to let go of a domain, ms, before it is reported as a zombie. */
export interface RemoveOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onLog?: ((line: string) => void) | undefined;
  /** @default 10 s */
  readonly zombieLimitMs?: number | undefined;
}

/**
 * Makes Xen destroy the domain, and makes sure that it is gone. Nothing to do when there is no such domain.
 *
 * Xen gives memory back first. It forgets the domain when no backend, and no daemon that has yet to notice its death,
 * maps a page of it any more. No event tells when that is, so we look again and again.
 *
 * @throws DOMAIN_ZOMBIE when it stays dying
 */
export async function removeDomain(
  { xen }: Pick<Host, 'xen'>,
  domid: number,
  options: RemoveOptions = {},
): Promise<void> {
  const before = await xen.domainGetinfo(domid);
  if (before === undefined) return;
  const { signal, onLog } = options;
  await xen.domainDestroy(domid, { signal, onLog });

  const limitMs = options.zombieLimitMs ?? ZOMBIE_LIMIT_MS;
  const deadline = performance.now() + limitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const info = await xen.domainGetinfo(domid);
    if (info === undefined) return;
    throwIfAborted(signal, `waiting for domain ${domid} to be gone`);
    if (performance.now() >= deadline) {
      throw new VmToolsError({
        code: 'DOMAIN_ZOMBIE',
        message: `domain ${domid} is dying, but not gone after ${limitMs / 1000} s: a backend or daemon still maps ${info.totPages} of its pages`,
        hint: 'find the backend or daemon that still holds it; the domain goes when that ends',
        guest: { domid, uuid: info.uuid, state: 'dying' },
        details: { domid, totPages: info.totPages },
      });
    }
    await delay(pauseMs);
  }
}
