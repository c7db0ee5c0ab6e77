import { setTimeout as delay } from 'node:timers/promises';
import { patient } from '@vm-tools/ratelimit/testing';

const LIMIT_MS = patient(60_000);
const LOOK_EVERY_MS = 5;

/** Looks again and again until there is something other than undefined or false, and gives it. */
export async function until<Value>(
  look: () => Value | Promise<Value>,
  what = look.toString(),
): Promise<Exclude<Value, undefined | null | false>> {
  const late = performance.now() + LIMIT_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false)
      return seen as Exclude<Value, undefined | null | false>;
    if (performance.now() > late) throw new Error(`not within ${LIMIT_MS / 1000} s: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
