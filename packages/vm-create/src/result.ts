import type { DomainConfig, DomainIdentity, StepDescription } from '@vm-tools/libdomain';

/** The files of a guest that was made from an image. */
export interface FilesFromImage {
  /** on top of the image */
  readonly disk: string;
  /** what cloud-init reads */
  readonly seed: string;
  /** which must stay as it is */
  readonly image: string;
}

/** A domain that was made. */
export interface Created extends DomainIdentity, Partial<FilesFromImage> {
  /** whether it waits for `vm-unpause` */
  readonly paused: boolean;
}

/** A domain that was made, and whose console was shown. */
export interface Shown extends DomainIdentity, Partial<FilesFromImage> {
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
export interface CreatePlan extends Partial<FilesFromImage> {
  readonly steps: readonly StepDescription[];
  /** with all that was filled in */
  readonly config: DomainConfig;
  /** what cloud-init would read, by the names of the files */
  readonly documents?: Readonly<Record<string, string>>;
}

/** What comes of one file. */
export type CreateResult = Created | Shown | Restarted | RunsAlready | CreatePlan;
