import { describe } from '@jest/globals';
import { whyNotAsked } from './verify-stream-v2.ts';

/** `describe` for tests that ask Xen's own verify-stream-v2. Where it cannot be asked they are skipped, and say why. */
export function describeOracle(name: string, body: () => void): void {
  const reason = whyNotAsked();
  if (reason === undefined) describe(name, body);
  else describe.skip(`${name} [skipped: ${reason}]`, body);
}
