import type { VmToolsError } from '@vm-tools/errors';

/** One thing that could make a transfer fail, as it was found before the first page. */
export interface Check {
  /** Stable, lower case, words joined by hyphens: "memory", "cpu-policy". */
  readonly name: string;
  /** What should be known of one that has passed: "it cannot move back". */
  readonly note?: string | undefined;
  /** Why the guest cannot be moved; without one the check has passed. */
  readonly error?: VmToolsError | undefined;
}
