import { showProgress, type Messages } from '@vm-tools/cli';
import { Meter } from '@vm-tools/ratelimit';

const EVERY_MS = 200;

/** The progress of a file that is read, for a person who waits or a program. */
export interface ShownReading extends Disposable {
  /** So many bytes more have been read. */
  readonly onRead: (bytes: number) => void;
  /** How many there are; without it the end is not known. */
  total: number;
}

/** On a terminal, and as events for a program: a log has nothing of it, for nothing happens to a guest. */
export function showReading(messages: Messages): ShownReading {
  const shown = messages.json || messages.stream.isTTY ? showProgress(messages) : undefined;
  const meter = new Meter();
  let toldAt = performance.now();
  const reading: ShownReading = {
    total: 0,
    onRead(bytes) {
      meter.add(bytes);
      if (shown === undefined || performance.now() - toldAt < EVERY_MS) return;
      toldAt = performance.now();
      const { bytes: transferred, bytesPerSecond: throughput } = meter;
      const remaining = Math.max(0, reading.total - transferred);
      shown.onEvent({ type: 'progress', status: 'reading', transferred, remaining, throughput });
    },
    [Symbol.dispose]: () => shown?.[Symbol.dispose](),
  };
  return reading;
}
