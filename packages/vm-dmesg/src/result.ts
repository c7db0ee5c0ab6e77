/** The log of Xen, or of it what keys have brought. */
export interface XenLog {
  readonly lines: readonly string[];
}
