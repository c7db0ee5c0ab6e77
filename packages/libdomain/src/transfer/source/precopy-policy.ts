import type { PrecopyDecision, PrecopyStats } from '@vm-tools/xc-native';
import type { SentBytes } from '@vm-tools/ports';

/** The figures of libxc before and after each round, and our own. */
export interface RoundStats extends PrecopyStats {
  /** up to now */
  readonly sent: SentBytes;
  /** performance.now() */
  readonly at: number;
}

/**
 * Decides before and after each round of precopy whether to send what is dirty once more while the guest runs. What
 * it throws is why it was given up.
 */
export type PrecopyPolicy = (stats: RoundStats) => PrecopyDecision | Promise<PrecopyDecision>;

const MAX_ITERATIONS = 5;
const FEW_PAGES = 50;

/** libxc's own: stop after five rounds, or when the rest is next to nothing. */
export const defaultPrecopyPolicy: PrecopyPolicy = ({ iteration, dirtyPages }) =>
  iteration >= MAX_ITERATIONS || (dirtyPages !== undefined && dirtyPages < FEW_PAGES)
    ? 'stop-and-copy'
    : 'continue';
