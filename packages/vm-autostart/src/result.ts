import type { DomainState } from '@vm-tools/libdomain';
import type { AutostartEntry } from '@vm-tools/libhost';

/** A domain that starts with the host, or does so no more. */
export interface Starts extends Pick<AutostartEntry, 'uuid' | 'name'> {
  readonly starts: boolean;
}

/** A domain that starts with the host, and what it does now. */
export interface ListedStart extends Omit<AutostartEntry, 'from'> {
  /** that is read at its start; without one it starts as it was last */
  readonly file: string | undefined;
  /** of its domain, where there is one */
  readonly state: DomainState | undefined;
}
