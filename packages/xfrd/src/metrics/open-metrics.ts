import type { ListenEvent } from '@vm-tools/libxfr';
import type { Admission } from '@vm-tools/libxfr/receiver';
import type { MetricsAddress } from '@vm-tools/metrics';

/** Metrics that can be read, or that are off. */
export interface OpenedMetrics extends AsyncDisposable {
  readonly onEvent: (event: ListenEvent) => void;
}

/**
 * Collects metrics and shows them at an address. Without one there are none, and nothing is loaded for them.
 *
 * @throws VmToolsError XFR_LISTEN
 */
export async function openMetrics(
  at: MetricsAddress | undefined,
  admission: Pick<Admission, 'places'>,
): Promise<OpenedMetrics> {
  if (at === undefined) return { onEvent: () => undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const { collectMetrics } = await import('./metrics.ts');
  const { serveMetrics } = await import('@vm-tools/metrics');
  const metrics = collectMetrics(admission);
  const served = await serveMetrics(metrics, at);
  return { onEvent: metrics.onEvent, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}
