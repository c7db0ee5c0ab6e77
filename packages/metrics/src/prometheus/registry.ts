import type { Metric } from './metric.ts';

/** All metrics of a process, and the text in which Prometheus reads them. */
export class Registry {
  /** Of the text exposition format, version 0.0.4, which every scraper reads. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
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
