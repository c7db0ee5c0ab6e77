import type { DomainConfig, DomainIdentity, StepDescription } from '@vm-tools/libdomain';

/** A domain that was made. */
export interface Created extends DomainIdentity {
  /** whether it waits for `vm-unpause` */
  readonly paused: boolean;
}

/** A domain that was made, and whose console was shown. */
export interface Shown extends DomainIdentity {
  /** what ended it: the user, or the domain */
  readonly ended: 'escape' | 'end';
}

/** A guest whose restart had failed, and that runs now. */
export type Restarted = DomainIdentity;

/** A guest that was to be restarted, and runs already. */
export interface RunsAlready extends Pick<DomainIdentity, 'uuid' | 'name'> {
  readonly state: 'runs-already';
}

/** What would be done. */
export interface CreatePlan {
  readonly steps: readonly StepDescription[];
  /** with all that was filled in */
  readonly config: DomainConfig;
}

/** What comes of one file. */
export type CreateResult = Created | Shown | Restarted | RunsAlready | CreatePlan;
