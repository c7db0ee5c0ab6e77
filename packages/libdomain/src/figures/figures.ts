import type { DomainState } from '../domain.ts';

/** What all devices of a domain have carried since they were plugged in, as the domain sees it. Sectors are of 512 bytes. */
export interface DeviceTotals {
  readonly networks: number;
  readonly networkReceivedBytes: number;
  readonly networkSentBytes: number;
  readonly disks: number;
  /** requests */
  readonly diskReads: number;
  readonly diskWrites: number;
  readonly diskReadSectors: number;
  readonly diskWrittenSectors: number;
}

/** Counters of a domain and amounts of the moment, without what follows from two looks. */
export interface DomainSample extends DeviceTotals {
  readonly domid: number;
  readonly uuid: string;
  /** Empty while a domain is being made or torn down. */
  readonly name: string;
  readonly state: DomainState;
  readonly vcpus: number;
  /** of all its vCPUs together, since it was made */
  readonly cpuSeconds: number;
  readonly memoryKib: number;
  readonly maxMemoryKib: number;
  /** of the memory that Xen may give away */
  readonly memoryPercent: number;
}

/** What a domain does at the moment: between the last look and this one. */
export interface DomainRates {
  /** of one processor: 200 is two of them at work all the time */
  readonly cpuPercent: number;
  readonly networkReceivedBytesPerSecond: number;
  readonly networkSentBytesPerSecond: number;
  readonly diskReadsPerSecond: number;
  readonly diskWritesPerSecond: number;
}

/** A domain at one look. Rates are undefined at the first look at it. */
export interface DomainFigures extends DomainSample {
  readonly rates: DomainRates | undefined;
}

/** A look at all domains of a host. */
export interface HostFigures {
  /** when the look was made: of a clock that no operator sets, ms */
  readonly atMs: number;
  readonly cpus: number;
  readonly cpuKhz: number;
  /** all that Xen may give away, its own part left out */
  readonly memoryKib: number;
  /** neither a domain's, nor claimed by one that is being made */
  readonly freeKib: number;
  /** by their domids, dom0 first */
  readonly domains: readonly DomainFigures[];
}
