import { setImmediate } from 'node:timers/promises';

/** Lets everything else have its turn: a long call must not keep the process to itself. */
export async function turn(): Promise<void> {
  await setImmediate();
}
