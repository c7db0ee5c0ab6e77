import { formatDuration, percentDone } from '@vm-tools/cli';
import type { TransferFigures } from '@vm-tools/libxfr';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import type { TransferSettings } from '@vm-tools/libxfr/types';
import { formatRate } from '@vm-tools/ratelimit';

/** e.g. "web1 to b:8002: committed, is suspended here; only the target says whether it runs there" */
export function describeTransfer({ guest, role, peer, state, means }: KnownTransfer): string {
  return `${guest.name} ${role === 'source' ? 'to' : 'from'} ${peer}: ${state}, ${means}`;
}

/** The side on which it lives, in a word; "?" as long as that is not settled. */
export function place({ owner }: KnownTransfer): string {
  return owner === 'undecided' ? '?' : owner;
}

/** e.g. "precopy 45%, 20 MiB/s, 12 s left" */
export function describeFigures(figures: TransferFigures): string {
  const { status, throughput, eta } = figures;
  return [
    `${status} ${percentDone(figures)}%`,
    formatRate(throughput),
    ...(eta === undefined ? [] : [`${formatDuration(eta)} left`]),
  ].join(', ');
}

/** e.g. "bwlimit 20 MiB/s, max-downtime 300 ms, on-no-convergence force" */
export function describeSettings(settings: TransferSettings): string {
  const { bwlimit, stopAndCopyBwlimit, maxDowntimeMs, onNoConvergence } = settings;
  return [
    `bwlimit ${bwlimit}`,
    ...(stopAndCopyBwlimit === undefined ? [] : [`stop-and-copy-bwlimit ${stopAndCopyBwlimit}`]),
    ...(maxDowntimeMs === undefined ? [] : [`max-downtime ${formatDuration(maxDowntimeMs)}`]),
    ...(onNoConvergence === undefined ? [] : [`on-no-convergence ${onNoConvergence}`]),
  ].join(', ');
}
