import type { DomainInfo, ShutdownReason } from '@vm-tools/xc-native';
import type { StoreAccess } from '@vm-tools/xenstore';
import { PAGE_BYTES } from './memory.ts';
import { domainPath, incomingFromPath, incomingPath, libxlPath } from './paths.ts';

/** "incoming": it is being brought here, and may still run where it comes from. */
export type DomainState =
  'running' | 'blocked' | 'paused' | 'incoming' | 'shutdown' | 'dying' | 'suspended' | 'crashed';
/** How a domain was built; "unknown" is one that another toolstack made, which only that knows. */
export type DomainType = 'pv' | 'pvh' | 'hvm' | 'unknown';

/** The words by which a domain is known. */
export interface DomainIdentity {
  /** Its number on this host; it gets another one each time that it is started, restored or moved. */
  readonly domid: number;
  /** The same for as long as there is this guest, on whatever host. */
  readonly uuid: string;
  /** Empty while a domain is being made or torn down. */
  readonly name: string;
}

/** A domain as it was at the time of the look. */
export interface Domain extends DomainIdentity {
  readonly type: DomainType;
  readonly state: DomainState;
  /** The memory that it has. */
  readonly memoryKib: number;
  /** The most that it can have. */
  readonly maxMemoryKib: number;
  /** Virtual processors that it uses. */
  readonly vcpus: number;
  readonly cpuTimeNs: bigint;
  /** Why it does not run any more. */
  readonly shutdownReason?: ShutdownReason;
  /** The source of an incoming one: the address of its peer, where that is known. */
  readonly from?: string;
}

/** The domain as Xen and xenstore know it. */
export async function describeDomain(store: Pick<StoreAccess, 'read'>, info: DomainInfo): Promise<Domain> {
  const hasNotRun = isFresh(info);
  const [name, type, staticMax, incoming, from] = await Promise.all([
    store.read(`${domainPath(info.domid)}/name`),
    store.read(`${libxlPath(info.domid)}/type`),
    store.read(`${domainPath(info.domid)}/memory/static-max`),
    hasNotRun ? store.read(incomingPath(info.domid)) : undefined,
    hasNotRun ? store.read(incomingFromPath(info.domid)) : undefined,
  ]);
  return {
    domid: info.domid,
    uuid: info.uuid,
    name: name ?? '',
    type: domainType(type, info),
    state: incoming === undefined || info.isDying ? domainState(info) : 'incoming',
    memoryKib: info.totPages * (PAGE_BYTES / 1024),
    maxMemoryKib: staticMax === undefined ? info.maxPages * (PAGE_BYTES / 1024) : Number(staticMax),
    vcpus: info.onlineVcpus,
    cpuTimeNs: info.cpuTimeNs,
    ...(info.shutdownReason === undefined ? {} : { shutdownReason: info.shutdownReason }),
    ...(from === undefined ? {} : { from }),
  };
}

/** Whether it has been made and has never run here, as far as Xen tells. */
export function isFresh({ isPaused, cpuTimeNs }: Pick<DomainInfo, 'isPaused' | 'cpuTimeNs'>): boolean {
  return isPaused && cpuTimeNs === 0n;
}

/** Xen tells PV from the rest; only the toolstack that made the domain knows whether the rest is PVH or HVM. */
function domainType(written: string | undefined, info: DomainInfo): DomainType {
  if (!info.isHvmContainer) return 'pv';
  return written === 'pvh' || written === 'hvm' ? written : 'unknown';
}

/** Xen's flags in the order of their weight. A domain that waits for a processor is running, too. */
export function domainState(info: DomainInfo): DomainState {
  if (info.isDying) return 'dying';
  if (info.shutdownReason === 'suspend') return 'suspended';
  if (info.shutdownReason === 'crash') return 'crashed';
  if (info.shutdownReason !== undefined) return 'shutdown';
  if (info.isPaused) return 'paused';
  return info.isBlocked ? 'blocked' : 'running';
}
