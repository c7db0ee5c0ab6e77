import type { DomainInfo } from '@vm-tools/xc-native';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { allThrough } from '../all-through.ts';
import type { Domain } from '../domain.ts';
import { holdDomain } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import type { RunOptions } from '../step/run.ts';
import { removePending, writePending, type PendingRestart } from './pending-restarts.ts';

/** A save or a transfer of a guest that has come to its end notices that, and lets go. */
export const PATIENCE_MS = 60_000;

/** Destroys the domain and creates it anew with the same configuration and UUID. */
export async function restartDomain(
  host: Host,
  pending: PendingRestart,
  options: RunOptions,
): Promise<Domain | undefined> {
  await writePending(host, pending);
  return finishRestart(host, pending, options);
}

/**
 * Goes on with a restart wherever it was left. One that fails is given up, one that is interrupted is left for the
 * next monitor.
 *
 * @returns the new domain; undefined when it had been there already
 */
export async function finishRestart(
  host: Host,
  pending: PendingRestart,
  options: RunOptions,
): Promise<Domain | undefined> {
  try {
    const infos = await host.xen.domainGetinfolist();
    const successors = infos.filter(
      ({ domid, uuid, isDying }) => uuid === pending.uuid && domid !== pending.domid && !isDying,
    );
    // To run is what a new domain does last: one that never has was being made when we were killed.
    const isDone = successors.some(({ cpuTimeNs }) => cpuTimeNs > 0n);
    const domain = isDone ? undefined : await restart(host, pending, successors, options);
    await removePending(host, pending);
    return domain;
  } catch (thrown) {
    if (options.signal?.aborted !== true) await removePending(host, pending);
    throw thrown;
  }
}

async function restart(
  host: Host,
  pending: PendingRestart,
  unfinished: readonly DomainInfo[],
  options: RunOptions,
): Promise<Domain> {
  // Nobody may come between its end and its beginning.
  await using hold = await holdDomain(host, pending, { ...options, waitMs: PATIENCE_MS });
  const held = { ...options, hold };
  await allThrough([...unfinished, pending].map((domain) => destroyDomain(host, domain, held)));
  const { configJson } = pending;
  return await createDomain(host, fromLibxlJson(configJson, { isHere: true }), { ...held, configJson });
}
