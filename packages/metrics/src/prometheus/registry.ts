import type { Metric } from './metric.ts';

/** Of the text exposition format, version 0.0.4, which every scraper reads. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** All metrics of a process, and the text in which Prometheus reads them. */
export class Registry {
  readonly contentType = CONTENT_TYPE;
  readonly #metrics: Metric[] = [];

  /** Adds a metric after those that are there. */
  add(metric: Metric): void {
    this.#metrics.push(metric);
  }

  /** The present text: of each metric its help, its type and its samples. */
  text(): string {
    return this.#metrics.map((metric) => `${metric.lines().join('\n')}\n`).join('\n');
  }
}
