import type { HealthCheck } from '../health-check.ts';
import { fetchedKernels } from './fetched-kernels.ts';
import { goneDomains } from './gone-domains.ts';
import { incomingDomains } from './incoming-domains.ts';
import { interruptedSaves } from './interrupted-saves.ts';
import { lostLoops } from './lost-loops.ts';
import { lostQemus } from './lost-qemus.ts';
import { openTransfers } from './open-transfers.ts';
import { partialImages } from './partial-images.ts';
import { pendingRestarts } from './pending-restarts.ts';
import { staleLocks } from './stale-locks.ts';
import { unfinishedDomains } from './unfinished-domains.ts';
import { zombies } from './zombies.ts';

/** In the order in which they are shown, and mended: guests first. */
export const CHECKS: readonly HealthCheck[] = [
  openTransfers,
  interruptedSaves,
  incomingDomains,
  unfinishedDomains,
  zombies,
  lostQemus,
  lostLoops,
  goneDomains,
  pendingRestarts,
  partialImages,
  fetchedKernels,
  staleLocks,
];
