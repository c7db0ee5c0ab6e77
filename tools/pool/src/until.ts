import { setTimeout as delay } from 'node:timers/promises';
import { patient } from '@vm-tools/ratelimit/testing';

const LIMIT_MS = patient(180_000);
const LOOK_EVERY_MS = 500;

/** Looks again and again until it holds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const late = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > late) throw new Error(`not within ${LIMIT_MS / 1000} s: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
