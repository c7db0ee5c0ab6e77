import type { ListenEvent, TransferPhase } from '@vm-tools/libxfr';
import type { Admission } from '@vm-tools/libxfr/receiver';
import type { Session } from '@vm-tools/libxfr/types';
import { Counter, Gauge, Histogram, Registry } from '@vm-tools/metrics';

/** Downtime of live and of non-live moves, in seconds. */
const DOWNTIME_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300];
const TIME_BUCKETS = [1, 3, 10, 30, 60, 180, 600, 1800, 3600, 10_800];
const ROUND_BUCKETS = [1, 2, 3, 5, 8, 13, 21, 30];

/** A domain on its way. */
interface Underway {
  state: TransferPhase;
  transferred: number;
  zeroBytes: number;
  remaining: number;
}

/** The result of `collectMetrics`. */
export interface Metrics {
  /** Called with each event of the listeners. */
  readonly onEvent: (event: ListenEvent) => void;
  /** in the text format of Prometheus */
  readonly text: () => string;
  readonly contentType: string;
}

/**
 * Counts what comes in, under the names that QEMU has for the figures of a migration. Peers are labelled with their
 * local name, so there are no more labels than trusted peers.
 */
export function collectMetrics(admission: Pick<Admission, 'places'>): Metrics {
  const registry = new Registry();
  const underway = new Map<number, Underway>();

  const connections = new Counter({
    name: 'xfrd_connections_total',
    help: 'Connections of peers that were let in',
    labelNames: ['peer'],
    registry,
  });
  const failures = new Counter({
    name: 'xfrd_failures_total',
    help: 'Connections and transfers that failed, by the code of the error',
    labelNames: ['code'],
    registry,
  });
  const completed = new Counter({
    name: 'xfrd_transfers_completed_total',
    help: 'Domains that have arrived and run here',
    labelNames: ['peer'],
    registry,
  });
  const transferred = new Counter({
    name: 'xfrd_transferred_bytes_total',
    help: 'Bytes of images that came over the network',
    labelNames: ['peer'],
    registry,
  });
  const zeroBytes = new Counter({
    name: 'xfrd_zero_bytes_total',
    help: 'Bytes of images besides that are zeros and were not sent',
    labelNames: ['peer'],
    registry,
  });
  const totalTime = new Histogram({
    name: 'xfrd_total_time_seconds',
    help: 'How long domains that have arrived were on their way',
    buckets: TIME_BUCKETS,
    registry,
  });
  const downtime = new Histogram({
    name: 'xfrd_downtime_seconds',
    help: 'How long domains that have arrived stood still',
    buckets: DOWNTIME_BUCKETS,
    registry,
  });
  const rounds = new Histogram({
    name: 'xfrd_dirty_sync_count',
    help: 'In how many rounds the memory of domains that have arrived was copied',
    buckets: ROUND_BUCKETS,
    registry,
  });
  new Gauge({
    name: 'xfrd_transfers',
    help: 'Domains on their way here, by what is being done',
    labelNames: ['state'],
    registry,
    collect() {
      const states = [...underway.values()].map(({ state }) => state);
      for (const state of ['reserving', 'receiving', 'starting'] as const)
        this.set({ state }, states.filter((other) => other === state).length);
    },
  });
  new Gauge({
    name: 'xfrd_remaining_bytes',
    help: 'Bytes that domains on their way here still have to send, as far as is known',
    registry,
    collect() {
      this.set(
        {},
        [...underway.values()].reduce((all, { remaining }) => all + remaining, 0),
      );
    },
  });
  new Gauge({
    name: 'xfrd_places',
    help: 'Domains that may be on their way here at the same time',
    registry,
    collect() {
      this.set({}, admission.places);
    },
  });

  const onTransfer = (happened: Extract<ListenEvent, { type: 'transfer' }>): void => {
    const { session, event } = happened;
    const peer = peerOf(happened);
    if (event.type === 'phase' && event.phase !== 'connecting') {
      const before = underway.get(session) ?? { transferred: 0, zeroBytes: 0, remaining: 0 };
      underway.set(session, { ...before, state: event.phase });
    }
    const transfer = underway.get(session);
    if (transfer === undefined) return; // it only asks about an earlier one
    if (event.type === 'progress') {
      transferred.inc({ peer }, event.transferred - transfer.transferred);
      zeroBytes.inc({ peer }, event.zeroBytes - transfer.zeroBytes);
      Object.assign(transfer, {
        transferred: event.transferred,
        zeroBytes: event.zeroBytes,
        remaining: event.remaining,
      });
    }
    if (event.type !== 'completed') return;
    const { totalTimeMs, downtimeMs, iterations } = event.summary;
    underway.delete(session);
    completed.inc({ peer });
    totalTime.observe(totalTimeMs / 1000);
    if (downtimeMs !== undefined) downtime.observe(downtimeMs / 1000);
    if (iterations > 0) rounds.observe(iterations);
  };

  return {
    onEvent(event) {
      if (event.type === 'connected') connections.inc({ peer: peerOf(event) });
      if (event.type === 'transfer') onTransfer(event);
      if (event.type === 'failed' || event.type === 'accept-failed') failures.inc({ code: event.error.code });
      if (event.type === 'failed') underway.delete(event.session);
    },
    text: () => registry.text(),
    contentType: registry.contentType,
  };
}

function peerOf({ who = 'unknown' }: Pick<Session, 'who'>): string {
  return who;
}
