import type { DomainDetails, HostDetails, VcpuDetails } from '@vm-tools/libdomain';

/** A domain in full, as programs read it. JSON has no bigint, and no reader needs the nanoseconds of a year. */
export interface DomainReport extends Omit<DomainDetails, 'cpuTimeNs' | 'vcpuList'> {
  /** Of processors, all together, since it is here. */
  readonly cpuTimeSeconds: number;
  readonly vcpuList: readonly VcpuReport[];
}

/** A virtual processor of a domain. */
export interface VcpuReport extends Omit<VcpuDetails, 'cpuTimeNs'> {
  readonly cpuTimeSeconds: number;
}

/** The host itself. */
export interface HostReport extends Omit<HostDetails, 'version'> {
  /** of Xen, as it writes it itself */
  readonly version: string;
}
