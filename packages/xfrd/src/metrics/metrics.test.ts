import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { ListenEvent, TransferEvent, TransferFigures } from '@vm-tools/libxfr';
import { collectMetrics } from './metrics.ts';

const SUMMARY = {
  transferred: 300,
  zeroBytes: 700,
  total: 1000,
  totalTimeMs: 2000,
  downtimeMs: 210,
  iterations: 3,
  throughput: 150,
  domid: 7,
  warnings: [],
};

function figures(more: Partial<TransferFigures>): TransferEvent {
  const zero = { transferred: 0, zeroBytes: 0, remaining: 0, total: 1000, throughput: 0, totalTime: 0 };
  return { type: 'progress', status: 'receiving', ...zero, ...more };
}

function scraped(...events: ListenEvent[]): string[] {
  const metrics = collectMetrics({ places: 4 });
  events.forEach(metrics.onEvent);
  return metrics
    .text()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const phase = (name: 'connecting' | 'reserving' | 'receiving'): TransferEvent => ({
  type: 'phase',
  phase: name,
  at: 0,
});

test('what is on its way', () => {
  const [a, b] = [
    { session: 1, peer: '10.0.0.1:1', who: 'a' },
    { session: 2, peer: '10.0.0.2:1' },
  ];
  const lines = scraped(
    { type: 'connected', ...a },
    { type: 'transfer', ...a, event: phase('reserving') },
    { type: 'transfer', ...a, event: phase('receiving') },
    { type: 'transfer', ...a, event: figures({ transferred: 100, remaining: 900 }) },
    { type: 'transfer', ...a, event: figures({ transferred: 300, zeroBytes: 200, remaining: 500 }) },
    { type: 'connected', ...b },
    { type: 'transfer', ...b, event: phase('connecting') },
    { type: 'transfer', ...b, event: phase('reserving') },
    { type: 'transfer', ...b, event: figures({ remaining: 1000 }) },
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'xfrd_connections_total{peer="a"} 1',
      'xfrd_connections_total{peer="unknown"} 1',
      'xfrd_transferred_bytes_total{peer="a"} 300',
      'xfrd_zero_bytes_total{peer="a"} 200',
      'xfrd_transfers{state="reserving"} 1',
      'xfrd_transfers{state="receiving"} 1',
      'xfrd_transfers{state="starting"} 0',
      'xfrd_remaining_bytes 1500',
      'xfrd_places 4',
    ]),
  );
});

test('what has arrived, and what has failed', () => {
  const a = { session: 1, peer: '10.0.0.1:1', who: 'a' };
  const b = { session: 2, peer: '10.0.0.2:1' };
  const error = new VmToolsError({ code: 'XFR_BUSY', message: 'busy' });
  const lines = scraped(
    { type: 'transfer', ...a, event: phase('receiving') },
    { type: 'transfer', ...a, event: { type: 'completed', summary: SUMMARY } },
    { type: 'transfer', ...b, event: phase('reserving') },
    { type: 'failed', ...b, error },
    { type: 'accept-failed', error },
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'xfrd_transfers_completed_total{peer="a"} 1',
      'xfrd_failures_total{code="XFR_BUSY"} 2',
      'xfrd_transfers{state="receiving"} 0',
      'xfrd_transfers{state="reserving"} 0',
      'xfrd_remaining_bytes 0',
      'xfrd_downtime_seconds_bucket{le="0.2"} 0',
      'xfrd_downtime_seconds_bucket{le="0.3"} 1',
      'xfrd_downtime_seconds_sum 0.21',
      'xfrd_total_time_seconds_sum 2',
      'xfrd_dirty_sync_count_sum 3',
    ]),
  );
});

test('who only asks about an earlier transfer is none', () => {
  const a = { session: 1, peer: '10.0.0.1:1', who: 'a' };
  const lines = scraped(
    { type: 'transfer', ...a, event: phase('connecting') },
    { type: 'transfer', ...a, event: figures({}) },
  );
  expect(lines).not.toContainEqual(expect.stringContaining('peer="a"'));
});
