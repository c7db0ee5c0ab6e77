import type { ProgressReporter } from './progress.ts';

/** Says what the guest has lost by its move, in the words of its target. */
export function warnOfLost(progress: ProgressReporter, warnings: readonly string[] = []): void {
  for (const message of warnings)
    progress.warn({ code: 'XFR_W_LOST', message, hint: 'set it anew where the guest is now: vm-set' });
}
