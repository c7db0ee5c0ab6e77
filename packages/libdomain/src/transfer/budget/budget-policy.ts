import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import type { Throttle } from '../../guest/suspend/throttle.ts';
import type { PrecopyPolicy, RoundStats } from '../source/precopy-policy.ts';
import { judgeRound, withDefaults, type PrecopyBudget, type Round } from './judge-round.ts';

/** Keeps a budget: measures each round, and does what `judgeRound` makes of it. For one save. */
export function budgetPolicy(
  domain: Pick<Domain, 'domid' | 'name'>,
  budget: PrecopyBudget,
  throttle: Throttle,
): PrecopyPolicy {
  const rounds: Round[] = [];
  let startedAt: number | undefined;
  let began: RoundStats | undefined;

  return async (stats) => {
    startedAt ??= stats.at;
    const elapsedMs = stats.at - startedAt;
    if (stats.dirtyPages === undefined) {
      const { deadlineMs, onNoConvergence } = withDefaults(budget);
      if (began !== undefined) rounds.push(sentSince(began, stats));
      // How much is dirty by now is not known yet; but a transfer that is late already need not ask.
      return elapsedMs >= deadlineMs && onNoConvergence !== 'abort' ? 'stop-and-copy' : 'continue';
    }
    began = stats;
    if (stats.iteration === 0) return 'continue';
    const { pace } = throttle;
    const { dirtyPages } = stats;
    const limits = budget.limits?.();
    const verdict = judgeRound(budget, { rounds, dirtyPages, elapsedMs, pace, limits });
    budget.onVerdict?.({ round: stats.iteration + 1, dirtyPages, verdict });
    if (verdict.decision === 'abort') throw notConverged(domain, rounds.length, verdict);
    if (verdict.decision === 'continue' && verdict.pace !== pace) await throttle.slowTo(verdict.pace);
    return verdict.decision;
  };
}

function sentSince(began: RoundStats, ended: RoundStats): Round {
  return {
    pages: began.dirtyPages ?? 0,
    dataBytes: ended.sent.bytes - began.sent.bytes,
    zeroBytes: ended.sent.zeroBytes - began.sent.zeroBytes,
    ms: ended.at - began.at,
  };
}

function notConverged(
  { name }: Pick<Domain, 'name'>,
  rounds: number,
  { why, expectedDowntimeMs }: { readonly why: string; readonly expectedDowntimeMs: number },
): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_CONVERGED',
    kind: 'not-converged',
    message: `${name} was not stopped: ${why}`,
    hint: 'allow a longer downtime or more bandwidth, let it be throttled, or try when it is less busy',
    details: { rounds, expectedDowntimeMs },
  });
}
