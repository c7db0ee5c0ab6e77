import { Timer } from './timer.ts';
import { VmToolsError, type VmToolsErrorInit } from './error.ts';

/** The error for an aborted operation; an abort whose reason is already one of ours is passed on as it is. */
export function abortError(signal: AbortSignal, what: string): VmToolsError {
  if (signal.reason instanceof VmToolsError) return signal.reason;
  return new VmToolsError({
    code: 'INTERRUPTED',
    kind: 'interrupted',
    message: `interrupted while ${what}`,
    cause: signal.reason,
  });
}

/** Throws `abortError` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw abortError(signal, what);
}

/**
 * Waits for `promise`, but no longer than `limitMs` and not beyond an abort. The promise itself is not cancelled:
 * pass the signal to whatever makes it as well. The limit may be of any length.
 *
 * @param clock by which the limit is measured. @default the machine's
 */
export async function within<T>(
  promise: Promise<T>,
  limitMs: number,
  late: VmToolsErrorInit,
  signal?: AbortSignal,
  clock?: { readonly sleep: (ms: number, signal: AbortSignal) => Promise<void> },
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  ended.catch(() => undefined); // it may settle after the race has been won
  const onLate = (): void => reject(new VmToolsError({ ...late, kind: late.kind ?? 'timeout' }));
  const over = clock && new AbortController();
  using _ = clock === undefined ? new Timer(limitMs, onLate) : undefined;
  if (over !== undefined) clock?.sleep(limitMs, over.signal).then(onLate, () => undefined);
  const onAbort = (): void => reject(abortError(signal as AbortSignal, late.message));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    over?.abort();
    signal?.removeEventListener('abort', onAbort);
  }
}
