import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { controlPath } from '../paths.ts';

export interface GuestWait {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** e.g. "web1 to suspend" */
  readonly what: string;
  /** the node in which it answers. @default its control/shutdown */
  readonly path?: string;
}

/**
 * Tests again whenever the guest may have acted: it answers in its control node, or it shuts down, of which
 * xenstored tells through `@releaseDomain`.
 *
 * @returns undefined when the time is up
 */
export async function waitForGuest<T>(
  { store }: Host,
  domid: number,
  test: () => Promise<T | undefined>,
  { timeoutMs, signal, what, path: answers = controlPath(domid) }: GuestWait,
): Promise<T | undefined> {
  const over = new AbortController();
  const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const waits = ['@releaseDomain', answers].map((path) =>
    store.waitFor(path, test, { timeoutMs, signal: either, what }),
  );
  try {
    return await Promise.race(waits);
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.code === 'XENSTORE_TIMEOUT') return undefined;
    throw thrown;
  } finally {
    over.abort();
    await Promise.allSettled(waits);
  }
}
