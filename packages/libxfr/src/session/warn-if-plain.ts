import type { Connection } from '../protocol/connection.ts';
import type { ProgressReporter } from './progress.ts';

/** Memory of a guest holds its passwords and keys; a user who moves it in the clear must know. */
export function warnIfPlain({ isConfidential, peer }: Connection, progress: ProgressReporter): void {
  if (isConfidential) return;
  progress.warn({
    code: 'XFR_W_PLAIN',
    message: `the connection to ${peer} is not encrypted: any host on the way can read and change the guest's memory`,
    hint: 'use it on a network that you trust',
  });
}
