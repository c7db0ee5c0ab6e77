import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';
import { cappedPath } from '../../paths.ts';

/** Slows a guest down for a while. */
export interface Throttle {
  /** How fast it is let run: 1 is as fast as it likes. */
  readonly pace: number;
  slowTo(pace: number): Promise<void>;
  /** Lets it run as before; may be called as often as one likes. */
  release(): Promise<void>;
}

/** By the cap of its scheduler. What that was before is written down first, so that a crash does not leave it slow. */
export function throttleByCap(
  host: Host,
  { domid }: Pick<Domain, 'domid'>,
  { vcpus }: { readonly vcpus: number },
): Throttle {
  const { xen, store } = host;
  let pace = 1;
  let before: number | undefined;
  return {
    get pace() {
      return pace;
    },
    async slowTo(wanted) {
      if (before === undefined) {
        before = await xen.domainGetCap(domid);
        await store.write(cappedPath(domid), String(before));
      }
      const full = 100 * vcpus;
      await xen.domainSetCap(domid, Math.max(1, Math.round(wanted * Math.min(before || full, full))));
      pace = wanted;
    },
    async release() {
      if (before === undefined) return;
      await uncap(host, domid);
      before = undefined;
      pace = 1;
    },
  };
}

/** Gives a domain the cap back that it had before a transfer slowed it down, if one has. */
export async function uncap({ xen, store }: Host, domid: number): Promise<void> {
  const before = await store.read(cappedPath(domid));
  if (before === undefined) return;
  if ((await xen.domainGetinfo(domid)) !== undefined) await xen.domainSetCap(domid, Number(before));
  await store.rm(cappedPath(domid));
}
