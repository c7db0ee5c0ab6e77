import { abortError, throwIfAborted } from './abort.ts';
import { Timer } from './timer.ts';

/**
 * Resolves after so many milliseconds, as many as they may be.
 *
 * @throws VmToolsError INTERRUPTED, or the signal's own reason, when the signal fires
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  throwIfAborted(signal, 'sleeping');
  if (ms <= 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  using _ = new Timer(ms, () => resolve(undefined));
  const onAbort = (): void => reject(abortError(signal as AbortSignal, 'sleeping'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
