import type { CopySummary } from '@vm-tools/libxfr/images';

/** An image that was written in another form. */
export interface Converted extends CopySummary {
  /** as the command line names it */
  readonly file: string;
  /** the copy; "-" is stdout */
  readonly output: string;
}

/** Memory that was taken out of an image. */
export interface Extracted {
  /** as the command line names it */
  readonly file: string;
  /** where it is; "-" is stdout */
  readonly output: string;
  /** the first page that was asked for, and the last; absent when all were */
  readonly first?: number;
  readonly last?: number;
  /** pages of 4 KiB that the domain has of those */
  readonly pages: number;
  /** bytes of all that was asked for, holes included */
  readonly bytes: number;
}

/** A configuration as `vm-create` takes it in JSON; `vm-config schema` has the schema of all of it. */
export interface ConfigDocument {
  readonly name: string;
  readonly type: string;
  /** MiB, or a size: "65000KiB" */
  readonly memory: number | string;
  readonly [field: string]: unknown;
}
