import { expect, test } from '@jest/globals';
import {
  formatMetricsAddress,
  metricsAddress,
  parseMetrics,
  parseMetricsAddress,
} from './metrics-address.ts';

test.each([
  ['unix:///run/m.sock', 'unix:///run/m.sock'],
  ['http://127.0.0.1:9100/metrics', 'http://127.0.0.1:9100'],
  ['http://localhost:9100', 'http://127.0.0.1:9100'],
  ['http://[::1]:9100/', 'http://[::1]:9100'],
])('metrics can be shown at %s', (text, same) => {
  expect(formatMetricsAddress(parseMetricsAddress(text))).toBe(same);
});

test.each([
  'http://0.0.0.0:9100',
  'http://10.0.0.1:9100',
  'https://127.0.0.1:9100',
  'unix://m',
  'http://x',
  '',
])('metrics cannot be shown at %j', (text) => {
  expect(() => parseMetricsAddress(text)).toThrow(
    expect.objectContaining({ code: 'XFR_METRICS_ADDRESS', kind: 'usage', hint: expect.any(String) }),
  );
});

test('"on" is a socket of the program', () => {
  const of = { root: '/x', program: 'vm-metrics' };
  expect(metricsAddress(parseMetrics('on'), of)).toEqual({ path: '/x/run/vm-tools/vm-metrics.sock' });
  expect(metricsAddress(parseMetrics('unix:///m'), of)).toEqual({ path: '/m' });
});
