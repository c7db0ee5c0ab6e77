import { headerOf, sampleOf, type Metric, type MetricOptions } from './metric.ts';

/** How many observed values were at most each bound, their number and their sum. */
export class Histogram implements Metric {
  readonly #options: MetricOptions & { readonly buckets: readonly number[] };
  /** For each bound the values from the one before it on; the last one is for those above all. */
  readonly #counts: number[];
  #sum = 0;

  /** @param options `buckets` are the bounds, the lowest first */
  constructor(options: MetricOptions & { readonly buckets: readonly number[] }) {
    this.#options = options;
    this.#counts = Array.from({ length: options.buckets.length + 1 }, () => 0);
    options.registry.add(this);
  }

  observe(value: number): void {
    const at = this.#options.buckets.findIndex((bound) => value <= bound);
    const bucket = at === -1 ? this.#counts.length - 1 : at;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  lines(): string[] {
    const { name, help, buckets } = this.#options;
    let total = 0;
    const samples = this.#counts.map((count, at) => {
      total += count;
      return sampleOf(`${name}_bucket`, { le: boundOf(buckets[at]) }, total);
    });
    return [
      ...headerOf(name, help, 'histogram'),
      ...samples,
      sampleOf(`${name}_sum`, {}, this.#sum),
      sampleOf(`${name}_count`, {}, total),
    ];
  }
}

function boundOf(bound: number | undefined): string {
  return bound === undefined ? '+Inf' : String(bound);
}
