import { holderNow, parseHolder, type Holder } from '@vm-tools/locks';
import type { StoreAccess } from '@vm-tools/xenstore';
import type { DomainInfo } from '@vm-tools/xc-native';
import { commandOf } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { suspendingPath } from '../../paths.ts';

/** The request to a guest to suspend, as it is written down beside it until it runs again. */
export interface Suspension {
  /** unknown when an older release has asked */
  readonly by: Holder | undefined;
  /** How long its vCPUs had run when it had; unknown before that. */
  readonly cpuTimeNs: bigint | undefined;
}

/** Xen takes a moment to stop the last vCPU of a guest that has suspended. */
const MOST_LOOKS = 1000;

/** Writes down that this process asks the guest to suspend. */
export async function noteAsked(host: Host, tx: StoreAccess, domid: number): Promise<void> {
  await tx.write(suspendingPath(domid), JSON.stringify(holderNow(commandOf(host))));
}

/** Writes down that it has, and how long it had run by then: if another toolstack lets it run, that shows. */
export async function noteSuspended(host: Host, domid: number): Promise<void> {
  const cpuTimeNs = await settledCpuTime(host, domid);
  const path = suspendingPath(domid);
  await host.store.transaction(async (tx) => {
    const asked = await tx.read(path);
    if (asked === undefined) return;
    await tx.write(path, JSON.stringify({ ...parseHolder(asked), cpuTimeNs: String(cpuTimeNs) }));
  });
}

export async function readSuspension(
  { store }: Pick<Host, 'store'>,
  domid: number,
): Promise<Suspension | undefined> {
  const text = await store.read(suspendingPath(domid));
  if (text === undefined) return undefined;
  const [, cpuTimeNs] = /"cpuTimeNs":"(\d+)"/.exec(text) ?? [];
  return { by: parseHolder(text), cpuTimeNs: cpuTimeNs === undefined ? undefined : BigInt(cpuTimeNs) };
}

/** Whether one of these tools has suspended the guest, and it has not been resumed since. */
export async function isSuspendedByUs(
  host: Pick<Host, 'store'>,
  { domid, cpuTimeNs, shutdownReason }: Pick<DomainInfo, 'domid' | 'cpuTimeNs' | 'shutdownReason'>,
): Promise<boolean> {
  if (shutdownReason !== 'suspend') return false;
  const suspension = await readSuspension(host, domid);
  return suspension !== undefined && cpuTimeNs <= (suspension.cpuTimeNs ?? cpuTimeNs);
}

async function settledCpuTime({ xen }: Host, domid: number): Promise<bigint> {
  let before = -1n;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const now = (await xen.domainGetinfo(domid))?.cpuTimeNs ?? 0n;
    if (now === before) break;
    before = now;
  }
  return before;
}
