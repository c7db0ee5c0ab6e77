import { within } from '@vm-tools/errors';
import type { Watch } from './watch.ts';

/** How long something in xenstore is waited for, and what it is called in the error. */
export interface WaitForOptions {
  readonly timeoutMs: number;
  /** The object of the wait, for the error: "the guest to answer the suspend request". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** Looks again at every event of the watch until `test` gives something; ends the watch in any case. */
export async function waitFor<T>(
  watch: Watch,
  path: string,
  test: () => Promise<T | undefined>,
  { timeoutMs, signal, what }: WaitForOptions,
): Promise<T> {
  const search = async (): Promise<T | undefined> => {
    while (!(await watch.next()).done) {
      const found = await test();
      if (found !== undefined) return found;
    }
    return undefined; // the watch was ended below, and its caller waits no more
  };
  const late = {
    code: 'XENSTORE_TIMEOUT',
    message: `waited ${timeoutMs} ms for ${what}`,
    details: { path, what, timeoutMs },
  };
  try {
    return (await within(search(), timeoutMs, late, signal)) as T;
  } finally {
    await watch.return();
  }
}
