import type { Xenstore } from '../xenstore.ts';

/** What a case stands on. Its fields are new for each case: to be read within it. */
export interface TestGround {
  readonly store: Xenstore;
  /** Somebody else, on a connection of his own. */
  readonly other: Xenstore;
  /** A node that is this case's alone. */
  readonly root: string;
}
