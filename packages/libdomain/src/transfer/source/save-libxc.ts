import type { Writable } from 'node:stream';
import { abortError, VmToolsError } from '@vm-tools/errors';
import type { PrecopyDecision, PrecopyStats } from '@vm-tools/xc-native';
import type { Domain } from '../../domain.ts';
import { suspendGuest } from '../../guest/suspend/suspend.ts';
import type { Host } from '../../host.ts';
import { profileOf, type Profile } from '../../types/index.ts';
import type { DiskMoment, ImagePlace, SaveControl, SaveReport } from '@vm-tools/ports';
import type { Savable } from './check-savable.ts';
import { flowIntoFile, flowIntoSink } from './image-flow.ts';
import { defaultPrecopyPolicy, type PrecopyPolicy } from './precopy-policy.ts';
import { SaveMeter } from './save-meter.ts';

/** How a domain is suspended, by the one that is asked to. */
const SUSPEND: Readonly<Record<Profile['save']['suspends'], typeof suspendGuest>> = { guest: suspendGuest };

export interface SaveLibxcOptions extends SaveControl {
  readonly suspendTimeoutMs?: number | undefined;
  readonly precopy?: PrecopyPolicy | undefined;
  /** Called before the guest is asked to suspend. */
  readonly beforeSuspend?: () => Promise<void>;
  /** Called when it has suspended, while the rest of its memory is read; the save is not done before it resolves. */
  readonly afterSuspend?: () => Promise<DiskMoment | undefined>;
  readonly onLog?: ((line: string) => void) | undefined;
}

/**
 * Brings the libxc stream of a domain to the sink, which stays open, or to this place in a file, and leaves the guest
 * suspended.
 */
export async function saveLibxc(
  host: Host,
  domain: Domain,
  { type, live, info }: Savable,
  to: Writable | { readonly place: ImagePlace; readonly at: number },
  options: SaveLibxcOptions,
): Promise<SaveReport> {
  const { signal, onProgress, suspendTimeoutMs, precopy = defaultPrecopyPolicy, onLog } = options;
  const flowOptions = { expect: type, control: options, onPageBatch: () => meter.report() };
  const flow = 'place' in to ? flowIntoFile(to.place, to.at, flowOptions) : flowIntoSink(to, flowOptions);
  const meter = new SaveMeter({ live, totalPages: info.totPages, passed: () => flow.counts, onProgress });
  let suspendedAt = 0;
  let released: Promise<DiskMoment | undefined> | undefined;
  // The error with which we told libxc to fail is the cause, and libxc's own words about it are not.
  let reason: unknown;

  const suspend = async (): Promise<void> => {
    meter.enter('suspending');
    try {
      await options.beforeSuspend?.();
      await SUSPEND[profileOf({ type }).save.suspends](host, domain, {
        signal,
        ...(suspendTimeoutMs === undefined ? {} : { timeoutMs: suspendTimeoutMs }),
      });
    } catch (thrown) {
      reason = thrown;
      throw thrown;
    }
    suspendedAt = performance.now();
    released = options.afterSuspend?.();
    released?.catch(() => undefined); // it is waited for below, unless the save has failed before
    meter.enter('stop-and-copy');
  };
  const decide = async (stats: PrecopyStats): Promise<PrecopyDecision> => {
    if (signal.aborted) return 'abort';
    try {
      // What is in buffers would only be waited for later, when the guest stands still.
      if (stats.dirtyPages === undefined) await flow.arrived();
      meter.round(stats);
      const decision = await precopy({ ...stats, sent: flow.sent(), at: performance.now() });
      if (decision === 'abort') reason = notConverged(domain, stats);
      return decision;
    } catch (thrown) {
      reason = thrown;
      return 'abort';
    }
  };

  const stop = new AbortController();
  const call = host.xen.domainSave(
    domain.domid,
    { live, suspend, ...(live ? { precopy: decide } : {}), into: flow.into },
    { signal: AbortSignal.any([signal, stop.signal]), onLog },
  );
  // When libxc fails, no reader may wait for more of its stream.
  call.done.catch((error: unknown) => call.stream.destroy(error as Error));
  const [saved, flowed] = await Promise.allSettled([call.done, flow.run(call, () => stop.abort())]);
  if (saved.status === 'rejected' || flowed.status === 'rejected') {
    // A guest that is let run next must not have its qemu stopped behind that.
    await released?.catch(() => undefined);
    if (reason !== undefined) throw reason as Error;
    if (signal.aborted) throw abortError(signal, `saving ${domain.name}`);
    throw flow.cause(saved, flowed);
  }
  meter.enter('finishing');
  const disks = await released;
  const { pages } = flow.counts;
  return { iterations: meter.iteration, pages, bytes: flow.passedBytes(), suspendedAt, released: disks };
}

function notConverged({ name }: Domain, { iteration }: PrecopyStats): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_CONVERGED',
    kind: 'not-converged',
    message: `the precopy policy gave up ${name} after ${iteration} iterations`,
    hint: 'allow more rounds, more bandwidth or a longer downtime, or try when the guest is less busy',
    details: { iteration },
  });
}
