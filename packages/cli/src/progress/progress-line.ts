import type { TransferFigures } from '@vm-tools/ports';
import { formatBytes, formatRate } from '@vm-tools/ratelimit';

type Known = Pick<TransferFigures, 'transferred' | 'remaining' | 'throughput'>;
type MayBeKnown = Pick<
  TransferFigures,
  'zeroBytes' | 'sparedBytes' | 'iteration' | 'dirtyPagesRate' | 'eta' | 'downtime' | 'expectedDowntime'
>;

/** The figures of a transfer that a line shows. */
export type ShownFigures = Known & { readonly [Name in keyof MayBeKnown]?: MayBeKnown[Name] | undefined } & {
  /** e.g. "precopy", "stop-and-copy" */
  readonly status: string;
};

const BAR_CELLS = 20;

/** One line about a transfer: what matters most comes first, because the terminal may be narrow. */
export function progressLine(
  figures: ShownFigures,
  { bar = false }: { readonly bar?: boolean } = {},
): string {
  const { transferred, remaining, iteration, dirtyPagesRate, eta, downtime, expectedDowntime } = figures;
  const percent = percentDone(figures);
  return [
    iteration === undefined ? figures.status : `${figures.status} #${iteration}`,
    `${percent}%`.padStart(4),
    bar ? drawBar(percent) : undefined,
    formatBytes(transferred),
    formatRate(figures.throughput),
    `${formatBytes(remaining)} left`,
    eta === undefined ? undefined : `ETA ${formatDuration(eta)}`,
    dirtyPagesRate === undefined ? undefined : `dirty ${Math.round(dirtyPagesRate)} pages/s`,
    downtime === undefined
      ? expectedDowntime === undefined
        ? undefined
        : `downtime ~${formatDuration(expectedDowntime)}`
      : `downtime ${formatDuration(downtime)}`,
  ]
    .filter((part) => part !== undefined)
    .join('  ');
}

/** How much of a transfer is done: a whole number, and 100 only when nothing remains. */
export function percentDone({
  transferred,
  zeroBytes = 0,
  sparedBytes = 0,
  remaining,
}: Pick<ShownFigures, 'transferred' | 'zeroBytes' | 'sparedBytes' | 'remaining'>): number {
  const done = transferred + zeroBytes + sparedBytes;
  return done === 0 ? 0 : Math.floor((100 * done) / (done + remaining));
}

function drawBar(percent: number): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR_CELLS);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}]`;
}

/** e.g. "210 ms", "4.2 s", "3 min 20 s", "2 h 5 min" */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'unknown';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
