import { shown as fitToBeShown } from '@vm-tools/words';
import type { Messages, MessageStream } from '../output/messages.ts';
import { progressLine, type ShownFigures } from './progress-line.ts';

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

/** From the cursor to the end of the line (ECMA-48: EL). */
const ERASE_TO_END = '\u001b[K';

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

/** A line at the bottom of a terminal that is overwritten in place. */
function redrawnLine(stream: MessageStream): {
  draw(text: string): void;
  around(print: () => void): void;
  end(): void;
} {
  let shown = '';
  const draw = (text: string): void => {
    shown = text;
    // A terminal whose size was never set, a serial line perhaps, has 0 columns.
    stream.write(`\r${fitToBeShown(text).slice(0, (stream.columns || 80) - 1)}${ERASE_TO_END}`);
  };
  const erase = (): void => {
    stream.write(`\r${ERASE_TO_END}`);
  };
  return {
    draw,
    around: (print) => {
      if (shown !== '') erase();
      print();
      if (shown !== '') draw(shown);
    },
    end: () => {
      if (shown !== '') stream.write('\n');
      shown = '';
    },
  };
}
