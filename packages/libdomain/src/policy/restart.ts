import { messageOf, VmToolsError } from '@vm-tools/errors';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { allThrough } from '../all-through.ts';
import type { Domain } from '../domain.ts';
import { holdDomain, type Hold } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import {
  pendingPath,
  removePending,
  writePending,
  type PendingRestart,
} from '../pending/pending-restarts.ts';
import { requireStartable, rulesFor, type RulesOfPeer } from '../places/index.ts';
import type { RemoveOptions } from '../removal/remove-domain.ts';
import type { RunOptions } from '../step/run.ts';
import type { StepEvent } from '../step/step.ts';
import { policyError } from './policy-error.ts';

/** A save or a transfer of a guest that has come to its end notices that, and lets go. */
export const PATIENCE_MS = 60_000;

/** How a guest is made anew after it has shut down, and which files it may use then. */
export interface RestartOptions extends RunOptions, Pick<RemoveOptions, 'zombieLimitMs'> {
  /** @default what holds for all peers */
  readonly rulesOfPeer?: RulesOfPeer | undefined;
}

/**
 * Destroys the domain and creates it anew with the same configuration and UUID, going on where an earlier try stopped.
 * Its files are checked first. A restart that fails is kept together with the reason until an operator asks for it
 * again; one that is interrupted is left for the next monitor.
 *
 * @returns the new domain; undefined when it had been there already
 * @throws VmToolsError whatever has failed, which says where the guest is now and how it is started again
 */
export async function restartDomain(
  host: Host,
  pending: PendingRestart,
  options: RestartOptions = {},
): Promise<Domain | undefined> {
  // No other tool may come between its end and its beginning. While another has it, or a transfer of it is not decided,
  // the policy must not be carried out.
  await using hold = await holdDomain(host, pending, { ...options, waitMs: PATIENCE_MS });
  const held = { ...options, hold };
  let isDestroyed = false;
  try {
    if (await hasSuccessor(host, pending)) {
      await removePending(host, pending);
      return undefined;
    }
    const { configJson, origin } = pending;
    const config = fromLibxlJson(configJson, { isHere: true });
    const rules = await rulesFor(host, origin, options.rulesOfPeer);
    await requireStartable(config, rules);
    await writePending(host, { ...pending, failure: undefined });
    await destroyAll(host, pending, held);
    isDestroyed = true;
    const onStep = (event: StepEvent): void => {
      if (event.why !== undefined) options.onLog?.(event.why); // what it has to do without
      options.onStep?.(event);
    };
    const domain = await createDomain(host, config, { ...held, onStep, configJson, origin, rules });
    await removePending(host, pending);
    return domain;
  } catch (thrown) {
    if (options.signal?.aborted === true) throw thrown;
    throw await kept(host, pending, thrown, isDestroyed);
  }
}

/** To run is what a new domain does last: one that never has was being made when a monitor was killed. */
async function hasSuccessor({ xen }: Host, pending: PendingRestart): Promise<boolean> {
  const infos = await xen.domainGetinfolist();
  return infos.some(
    ({ domid, uuid, isDying, cpuTimeNs }) =>
      uuid === pending.uuid && domid !== pending.domid && !isDying && cpuTimeNs > 0n,
  );
}

/** One that Xen cannot let go of has nothing left that a new one would need. */
async function destroyAll(
  host: Host,
  pending: PendingRestart,
  options: RestartOptions & { readonly hold: Hold },
): Promise<void> {
  const infos = await host.xen.domainGetinfolist();
  const unfinished = infos.filter(
    ({ domid, uuid, isDying }) => uuid === pending.uuid && domid !== pending.domid && !isDying,
  );
  await allThrough(
    [...unfinished, pending].map(async (domain) => {
      try {
        await destroyDomain(host, domain, options);
      } catch (thrown) {
        if (!(thrown instanceof VmToolsError) || thrown.code !== 'DOMAIN_ZOMBIE') throw thrown;
        options.onLog?.(thrown.message);
      }
    }),
  );
}

async function kept(
  host: Host,
  pending: PendingRestart,
  thrown: unknown,
  isDestroyed: boolean,
): Promise<VmToolsError> {
  const { domid, uuid, name } = pending;
  const error = policyError(thrown);
  const { code, message } = error;
  const leftovers: string[] = [];
  await writePending(host, { ...pending, failure: { code, message } }).catch((second: unknown) => {
    leftovers.push(`the failure could not be written down: ${messageOf(second)}`);
  });
  const state = isDestroyed
    ? 'not running: it could not be started again, and its configuration is kept'
    : 'shut down here, and not started again';
  return error.with({
    hint: `${error.hint ?? 'see to the cause'}; then start it again: vm-create --from-pending ${name}`,
    guest: { name, uuid, ...(isDestroyed ? {} : { domid }), state },
    details: { keptIn: pendingPath(host, pending, leftovers.length === 0) },
    leftovers,
  });
}
