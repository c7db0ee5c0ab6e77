import type { CreditParams } from '@vm-tools/xc-native';
import { refuse } from '../refuse.ts';

/** XEN_SYSCTL_SCHED_RATELIMIT_MIN and _MAX, and those of the credit scheduler (xen/include/public/sysctl.h). */
const [LEAST_RATELIMIT_US, MOST_RATELIMIT_US] = [100, 500_000];
const MOST_TIMESLICE_MS = 1000;
const MOST_MIGRATION_DELAY_US = 100_000;

/** Of a new pool. */
export const DEFAULT_PARAMS: CreditParams = { timesliceMs: 30, ratelimitUs: 1000, migrationDelayUs: 0 };

/** @throws EINVAL */
export function checkRatelimit(ratelimitUs: number, call: string): void {
  const isInRange = ratelimitUs >= LEAST_RATELIMIT_US && ratelimitUs <= MOST_RATELIMIT_US;
  if (ratelimitUs !== 0 && !isInRange) throw refuse(call, 'EINVAL');
}

/** @throws EINVAL */
export function checkCreditParams(
  { timesliceMs, ratelimitUs, migrationDelayUs }: CreditParams,
  call: string,
): void {
  checkRatelimit(ratelimitUs, call);
  const isShorter = ratelimitUs <= timesliceMs * 1000;
  const hasSlice = timesliceMs >= 1 && timesliceMs <= MOST_TIMESLICE_MS;
  if (!isShorter || !hasSlice || migrationDelayUs > MOST_MIGRATION_DELAY_US) throw refuse(call, 'EINVAL');
}
