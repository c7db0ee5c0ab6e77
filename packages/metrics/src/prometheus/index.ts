/**
 * The text format of Prometheus, as far as it is used here: counters, gauges and histograms.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export { Histogram } from './histogram.ts';
export { CONTENT_TYPE, Registry } from './registry.ts';
export { Counter, Gauge } from './values.ts';
