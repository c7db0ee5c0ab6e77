import type { DomainIdentity } from '@vm-tools/libdomain';

/** A domain whose console was shown. */
export interface Shown extends DomainIdentity {
  /** what ended it: the user, or the domain */
  readonly ended: 'escape' | 'end';
}

/** What the console of a domain has said so far: `--log`. */
export interface KeptLog {
  /** of the domain, which may be gone */
  readonly name: string;
  /** where it is kept */
  readonly file: string;
  /** the last lines, of the last MiB */
  readonly lines: readonly string[];
}
