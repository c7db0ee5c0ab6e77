import type { Xenstore } from '../xenstore.ts';

/** The ground of a case. Its fields are new for each case: to be read within it. */
export interface TestGround {
  readonly store: Xenstore;
  /** Another client, on a connection of its own. */
  readonly other: Xenstore;
  /** A node that is this case's alone. */
  readonly root: string;
  /** How long a path of dom0 may be; undefined where only the length of a message limits it, from Xen 4.20 on. */
  readonly pathBytes: 2048 | undefined;
}
