import type { PrecopyDecision, PrecopyStats } from '@vm-tools/xc-native';

/** Decides before and after each round of precopy whether to send what is dirty once more while the guest runs. */
export type PrecopyPolicy = (stats: PrecopyStats) => PrecopyDecision;

const MAX_ITERATIONS = 5;
const FEW_PAGES = 50;

/** libxc's own: stop after five rounds, or when the rest is next to nothing. */
export const defaultPrecopyPolicy: PrecopyPolicy = ({ iteration, dirtyPages }) =>
  iteration >= MAX_ITERATIONS || (dirtyPages !== undefined && dirtyPages < FEW_PAGES)
    ? 'stop-and-copy'
    : 'continue';
