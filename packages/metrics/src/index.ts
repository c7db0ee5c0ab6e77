export {
  formatMetricsAddress,
  metricsAddress,
  parseMetrics,
  parseMetricsAddress,
  type MetricsAddress,
} from './metrics-address.ts';
export { CONTENT_TYPE, Counter, Gauge, Histogram, Registry } from './prometheus/index.ts';
export { serveMetrics, type ReadableMetrics } from './serve-metrics.ts';
