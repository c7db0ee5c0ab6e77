import type { Domain } from '@vm-tools/libdomain';

/** A domain, as programs read it. JSON has no bigint, and no reader needs the nanoseconds of a year. */
export interface ListedDomain extends Omit<Domain, 'cpuTimeNs'> {
  /** Of processors, all together, since it is here. */
  readonly cpuTimeSeconds: number;
}
