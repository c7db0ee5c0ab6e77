import type { FailureKind } from './failure-kind.ts';

/**
 * Whether the same thing may be asked for again. `safe`: unchanged, now or a little later, for what was in the way may
 * pass by itself. `after-fix`: that does no harm and fails again, until what the hint says has been done. `unsafe`: not
 * before the operator has seen where the guest is, for it may run elsewhere by now.
 */
export const RETRIES = ['safe', 'after-fix', 'unsafe'] as const;

/** One of `RETRIES`. */
export type Retry = (typeof RETRIES)[number];

/** Each kind's advice on trying again; an error that knows better says so itself. */
const RETRY: Readonly<Record<FailureKind, Retry>> = {
  failure: 'after-fix',
  usage: 'after-fix',
  'no-domain': 'after-fix',
  'no-xen': 'after-fix',
  resource: 'safe',
  peer: 'after-fix',
  'not-converged': 'after-fix',
  'aborted-safe': 'safe',
  uncertain: 'unsafe',
  corrupt: 'after-fix',
  timeout: 'safe',
  interrupted: 'safe',
};

/** Whether something may be asked for again that failed in this way, where nothing more is known. */
export function retryOf(kind: FailureKind): Retry {
  return RETRY[kind];
}
