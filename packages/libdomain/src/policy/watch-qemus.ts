import { sleep, VmToolsError } from '@vm-tools/errors';
import { findQemu } from '../devices/qemu/find.ts';
import { lastWordsOfQemu } from '../devices/qemu/last-words.ts';
import { pidPath, qemuLogPath } from '../devices/qemu/paths.ts';
import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';

/** Between two looks; neither Xen nor xenstore tells that a process has ended. */
const LOOK_EVERY_MS = 5_000;

/** How it is told of. */
export interface QemuWatchOptions {
  readonly signal: AbortSignal;
  /** Called once for each qemu, with DOMAIN_DEVICE_MODEL_ENDED. */
  readonly onEnded: (domid: number, error: VmToolsError) => void;
  /** Resolves when it is time to look again. @default 5 s later */
  readonly tick?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Tells of each guest whose qemu has ended while the guest lives: it waits for its disks and does not know that they
 * never answer again, and nothing else says so. Looks until the signal fires. A qemu that is gone at one look may be
 * of a domain that is just being destroyed, so two in a row count.
 */
export async function watchQemus(
  host: Host,
  { signal, onEnded, tick = (until) => sleep(LOOK_EVERY_MS, until) }: QemuWatchOptions,
): Promise<void> {
  let before: ReadonlySet<number> = new Set();
  const told = new Set<number>();
  while (!signal.aborted) {
    const ended = await withEndedQemu(host);
    for (const domid of ended) {
      if (!before.has(domid) || told.has(domid)) continue;
      told.add(domid);
      onEnded(domid, await endedError(host, domid));
    }
    // Another one may come for the same domid.
    for (const domid of told) if (!ended.has(domid)) told.delete(domid);
    before = ended;
    await tick(signal).catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
  }
}

/** Those that live, have had a qemu, and have none. */
async function withEndedQemu(host: Host): Promise<ReadonlySet<number>> {
  const infos = await host.xen.domainGetinfolist();
  const living = infos.filter(
    ({ domid, isDying, shutdownReason }) => domid !== 0 && !isDying && shutdownReason === undefined,
  );
  const ended = await Promise.all(
    living.map(async ({ domid }) => {
      if ((await host.store.read(pidPath(domid))) === undefined) return [];
      return (await findQemu(host, domid)) === undefined ? [domid] : [];
    }),
  );
  return new Set(ended.flat());
}

async function endedError(host: Host, domid: number): Promise<VmToolsError> {
  const name = (await host.store.read(`${domainPath(domid)}/name`)) ?? `domain ${domid}`;
  const log = qemuLogPath(host, name);
  const lastWords = await lastWordsOfQemu(log);
  return new VmToolsError({
    code: 'DOMAIN_DEVICE_MODEL_ENDED',
    message: `the qemu that serves disks of ${name} has ended${lastWords === '' ? '' : `: ${lastWords}`}`,
    hint: `its guest waits for them for ever: see ${log}, then destroy it and start it again`,
    details: { domid, log, lastWords },
  });
}
