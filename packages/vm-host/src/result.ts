import type { HostDetails } from '@vm-tools/libdomain';

/** The host, and what becomes of its guests. */
export interface HostReport extends Omit<HostDetails, 'version'> {
  /** of Xen, as it writes it itself */
  readonly version: string;
  /** how many domains are here that are guests */
  readonly guests: number;
  /** why no guest may come; undefined when they may */
  readonly closed: string | undefined;
  /** the names of those that start with it, in their order */
  readonly startWithHost: readonly string[];
  /** the names of those that were saved with it */
  readonly saved: readonly string[];
}

/** Whether guests may come. */
export interface Door {
  readonly open: boolean;
  /** why they may not */
  readonly why?: string;
}
