import type { Finding } from './health-check.ts';

/** A finding as it is printed, and what has come of it. */
export interface Reported extends Pick<Finding, 'about' | 'message' | 'remedy'> {
  /** which look has found it */
  readonly check: string;
  readonly state: 'found' | 'mended' | 'needs-yes' | 'by-hand' | 'failed';
  /** why it could not be mended */
  readonly error?: string;
}
