import type { Messages } from '../output/messages.ts';
import { progressLine, type ShownFigures } from './progress-line.ts';
import { redrawnLine } from './redrawn-line.ts';

/** Any event of a transfer; other types than these are for --json alone. */
export type ShownEvent =
  | ({ readonly type: 'progress' } & ShownFigures)
  | { readonly type: 'phase'; readonly phase: string }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'began' | 'changed' | 'completed' | 'failed' };

/** A line of progress on stderr; its end is the end of the line. */
export interface ShownProgress extends Disposable {
  readonly onEvent: (event: ShownEvent) => void;
}

/** A terminal is redrawn this often at most; a log gets a line this often at most. */
const REDRAW_MS = 100;
const LOG_LINE_MS = 5_000;

/**
 * Shows a transfer on stderr: one line that redraws itself on a terminal, a line every few seconds in a log, every
 * event as NDJSON with --json, and only warnings with -q.
 */
export function showProgress(messages: Messages, now: () => number = () => performance.now()): ShownProgress {
  const { stream, json, quiet } = messages;
  if (json) return { onEvent: (event) => messages.event(event), [Symbol.dispose]: () => undefined };

  const line = !quiet && stream.isTTY ? redrawnLine(stream) : undefined;
  if (line) messages.around = (print) => line.around(print);
  const everyMs = line ? REDRAW_MS : LOG_LINE_MS;
  let shownAt = -Infinity;
  let status = '';

  const onEvent = (event: ShownEvent): void => {
    if (event.type === 'warning') messages.warn(event.message);
    if (event.type === 'phase') messages.detail(`phase: ${event.phase}`);
    if (event.type !== 'progress' || quiet) return;
    if (event.status === status && now() - shownAt < everyMs) return;
    status = event.status;
    shownAt = now();
    if (line) line.draw(progressLine(event, { bar: true }));
    else messages.note(progressLine(event));
  };
  return {
    onEvent,
    [Symbol.dispose]: () => {
      messages.around = undefined;
      line?.end();
    },
  };
}
