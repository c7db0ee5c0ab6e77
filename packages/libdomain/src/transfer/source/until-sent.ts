import { setTimeout as delay } from 'node:timers/promises';
import type { SentBytes } from '@vm-tools/ports';

const BUFFERED_BYTES = 128 * 1024;
const LOOK_EVERY_MS = 2;
const STALLED_MS = 1000;

/** Until what has been written has left this host, but for what a buffer or two hold, or nothing moves any more. */
export async function untilSent(
  written: () => number,
  sent: () => SentBytes,
  signal: AbortSignal,
): Promise<void> {
  let before = -1;
  for (let stillMs = 0; stillMs < STALLED_MS; stillMs += LOOK_EVERY_MS) {
    const { bytes, zeroBytes } = sent();
    const passed = bytes + zeroBytes;
    if (written() - passed <= BUFFERED_BYTES) return;
    if (passed !== before) stillMs = 0;
    before = passed;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}
