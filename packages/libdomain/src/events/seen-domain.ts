import type { DomainInfo, ShutdownReason } from '@vm-tools/xc-native';
import type { EventDevice, EventDeviceStates, GuestRequest } from './domain-event.ts';

/** How a domain is, apart from whether it has run: what waits for a processor is running, too. */
export type Phase = 'arriving' | 'paused' | 'running' | 'suspended' | 'shut-down' | 'crashed' | 'dying';

export type SeenDevice = EventDevice & EventDeviceStates;

/** A domain as it was at a look, as far as events tell of it. */
export interface SeenDomain {
  readonly domid: number;
  readonly uuid: string;
  readonly name: string;
  readonly phase: Phase;
  /** of one that has shut down or crashed */
  readonly reason?: ShutdownReason;
  /** of one that arrives */
  readonly from?: string;
  /** It runs or has run; false of one that arrives, never false of one that runs. */
  readonly hasStarted: boolean;
  /** Its guest has been asked for this, and has not taken notice. */
  readonly request?: GuestRequest;
  /** KiB */
  readonly targetKib?: number;
  /** by kind and id */
  readonly devices: ReadonlyMap<string, SeenDevice>;
}

/** The domains of a host at a look, by domid. */
export type SeenHost = ReadonlyMap<number, SeenDomain>;

/** Xen's flags in the order of their weight. */
export function phaseOf(info: DomainInfo, isArriving: boolean): Pick<SeenDomain, 'phase' | 'reason'> {
  const { isDying, shutdownReason: reason, isPaused } = info;
  if (isDying) return { phase: 'dying' };
  if (reason === 'suspend') return { phase: 'suspended' };
  if (reason !== undefined) return { phase: reason === 'crash' ? 'crashed' : 'shut-down', reason };
  if (!isPaused) return { phase: 'running' };
  return { phase: isArriving ? 'arriving' : 'paused' };
}
