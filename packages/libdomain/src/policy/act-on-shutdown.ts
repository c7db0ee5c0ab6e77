import type { DomainInfo } from '@vm-tools/xc-native';
import { destroyDomain } from '../actions/destroy-domain.ts';
import type { ShutdownAction } from '../config/schema.ts';
import { describeDomain } from '../domain.ts';
import { isOurs } from '../guest/is-ours.ts';
import type { Host } from '../host.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { vmPath } from '../paths.ts';
import { readOrigin } from '../places/index.ts';
import { readUserdata } from '../userdata.ts';
import type { MonitorEvent } from './monitor-event.ts';
import { PATIENCE_MS, restartDomain, type RestartOptions } from './restart.ts';
import { isPossible, shutdownAction } from './shutdown-action.ts';

/** A guest that crashes earlier than this after its start would do so again and again. */
const MIN_LIFE_S = 10;

/**
 * Does with a domain that has shut down what its configuration says.
 *
 * @returns undefined when it is not ours, or another will see to it
 */
export async function actOnShutdown(
  host: Host,
  info: DomainInfo,
  { now, ...options }: RestartOptions & { readonly now: () => number },
): Promise<MonitorEvent | undefined> {
  const { domid, uuid, shutdownReason: reason } = info;
  if (reason === undefined || !(await isOurs(host, info))) return undefined;
  const domain = await describeDomain(host.store, info);
  const configJson = await readUserdata(host, domain);
  const wanted = shutdownAction(fromLibxlJson(configJson, { isHere: true }), reason);
  if (wanted === undefined) return undefined;

  const why = await reasonToKeep(host, info, wanted, now());
  if (why !== undefined) return { type: 'kept', domain, reason, why };
  if (wanted === 'destroy') {
    await destroyDomain(host, domain, { ...options, waitMs: PATIENCE_MS });
    return { type: 'destroyed', domain, reason };
  }
  const origin = await readOrigin(host.store, domid);
  const pending = { domid, uuid, name: domain.name, configJson, origin };
  const restarted = await restartDomain(host, pending, options);
  return restarted && { type: 'restarted', domain: restarted, reason };
}

async function reasonToKeep(
  { store }: Host,
  { uuid, shutdownReason }: DomainInfo,
  wanted: ShutdownAction,
  nowMs: number,
): Promise<string | undefined> {
  if (wanted === 'preserve') return 'its configuration says so';
  if (!isPossible(wanted)) return `${wanted} is not possible yet`;
  const isByItself = shutdownReason !== 'crash' && shutdownReason !== 'watchdog';
  if (wanted === 'destroy' || isByItself) return undefined;
  const startedS = Number((await store.read(`${vmPath(uuid)}/start_time`)) ?? 0);
  if (nowMs / 1000 - startedS >= MIN_LIFE_S) return undefined;
  return `it crashed within ${MIN_LIFE_S} s of its start and would do so again`;
}
