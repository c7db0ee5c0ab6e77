import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { abortError, VmToolsError } from '@vm-tools/errors';
import type { PrecopyDecision, PrecopyStats } from '@vm-tools/xc-native';
import { verifyLibxc } from '@vm-tools/xen-stream';
import type { Domain } from '../../domain.ts';
import { suspendGuest } from '../../guest/suspend.ts';
import type { Host } from '../../host.ts';
import { profileOf, type Profile } from '../../types/index.ts';
import type { DiskMoment, SaveControl, SaveReport, SentBytes } from '@vm-tools/ports';
import type { Savable } from './check-savable.ts';
import { defaultPrecopyPolicy, type PrecopyPolicy } from './precopy-policy.ts';
import { SaveMeter } from './save-meter.ts';

/** How a domain is suspended, by the one that is asked to. */
const SUSPEND: Readonly<Record<Profile['save']['suspends'], typeof suspendGuest>> = { guest: suspendGuest };

const BUFFERED_BYTES = 128 * 1024;
const LOOK_EVERY_MS = 2;
const STALLED_MS = 1000;

export interface SaveLibxcOptions extends SaveControl {
  readonly suspendTimeoutMs?: number;
  readonly precopy?: PrecopyPolicy | undefined;
  /** Called before the guest is asked to suspend. */
  readonly beforeSuspend?: () => Promise<void>;
  /** Called when it has suspended, while the rest of its memory is read; the save is not done before it resolves. */
  readonly afterSuspend?: () => Promise<DiskMoment | undefined>;
  readonly onLog?: (line: string) => void;
}

/** Writes the libxc stream of a domain to the sink, and leaves the sink open and the guest suspended. */
export async function saveLibxc(
  host: Host,
  domain: Domain,
  { type, live, info }: Savable,
  sink: Writable,
  options: SaveLibxcOptions,
): Promise<SaveReport> {
  const { signal, onProgress, suspendTimeoutMs, precopy = defaultPrecopyPolicy, onLog } = options;
  const verify = verifyLibxc({ expect: type, leaveOutHoles: true, onPageBatch: () => meter.report() });
  const passedBytes = (): number => verify.verifier.counts.bytes - verify.verifier.counts.leftOutBytes;
  const meter = new SaveMeter({
    live,
    totalPages: info.totPages,
    passed: () => verify.verifier.counts,
    onProgress,
  });
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
  const sent = options.sent ?? (() => ({ bytes: passedBytes(), zeroBytes: 0 }));
  const decide = async (stats: PrecopyStats): Promise<PrecopyDecision> => {
    if (signal.aborted) return 'abort';
    try {
      if (stats.dirtyPages === undefined) await roundIsOver(passedBytes, options);
      meter.round(stats);
      const decision = await precopy({ ...stats, sent: sent(), at: performance.now() });
      if (decision === 'abort') reason = notConverged(domain, stats);
      return decision;
    } catch (thrown) {
      reason = thrown;
      return 'abort';
    }
  };

  const call = host.xen.domainSave(
    domain.domid,
    { live, suspend, ...(live ? { precopy: decide } : {}) },
    { signal, onLog },
  );
  // When libxc fails, no reader may wait for more of its stream.
  call.done.catch((error: unknown) => call.stream.destroy(error as Error));
  // pipeline leaves the stream alone when the sink has failed before it began: libxc would wait for a reader for ever.
  const flow = pipeline(call.stream, verify, sink, { signal, end: false });
  flow.catch((error: unknown) => call.stream.destroy(error as Error));
  const [saved, written] = await Promise.allSettled([call.done, flow]);
  if (saved.status === 'rejected' || written.status === 'rejected') {
    // A guest that is let run next must not have its qemu stopped behind that.
    await released?.catch(() => undefined);
    if (reason !== undefined) throw reason as Error;
    if (signal.aborted) throw abortError(signal, `saving ${domain.name}`);
    throw firstCause(saved, written, sink);
  }
  meter.enter('finishing');
  const disks = await released;
  const { pages } = verify.verifier.counts;
  return { iterations: meter.iteration, pages, bytes: passedBytes(), suspendedAt, released: disks };
}

/**
 * A round is over when it has left this host, and the other end has taken it: what is in buffers would only be waited
 * for later, when the guest stands still.
 */
async function roundIsOver(written: () => number, { sent, taken, signal }: SaveControl): Promise<void> {
  if (sent !== undefined) await untilSent(written, sent, signal);
  await taken?.();
}

/** Until what has been written has left this host, but for what a buffer or two hold, or nothing moves any more. */
async function untilSent(written: () => number, sent: () => SentBytes, signal: AbortSignal): Promise<void> {
  let before = -1;
  for (let stillMs = 0; stillMs < STALLED_MS; stillMs += LOOK_EVERY_MS) {
    const { bytes, zeroBytes } = sent();
    const passed = bytes + zeroBytes;
    if (written() - passed <= BUFFERED_BYTES) return;
    if (passed !== before) stillMs = 0;
    before = passed;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/**
 * One failure takes the whole chain down with it, and only one end of it knows why. A sink that has failed knows; a
 * stream that is not sound was refused by the verifier; all else is libxc's own failure.
 */
function firstCause(
  saved: PromiseSettledResult<void>,
  written: PromiseSettledResult<void>,
  sink: Writable,
): unknown {
  const flowError: unknown = written.status === 'rejected' ? written.reason : undefined;
  if (sink.errored !== null) return sink.errored;
  if (flowError instanceof VmToolsError && flowError.code !== 'STREAM_TRUNCATED') return flowError;
  return saved.status === 'rejected' ? saved.reason : flowError;
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
