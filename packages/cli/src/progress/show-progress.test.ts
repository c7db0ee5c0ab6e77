import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { createMessages, type MessagesInit } from '../output/messages.ts';
import { showProgress, type ShownEvent } from './show-progress.ts';

const progress = (transferred: number, status = 'precopy'): ShownEvent => ({
  type: 'progress',
  status,
  transferred,
  remaining: 1024,
  throughput: 0,
});

/** The stderr while `events` come, a second apart. */
function shown(
  init: Partial<MessagesInit> & { tty?: boolean; columns?: number },
  events: readonly ShownEvent[],
): string {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), {
    isTTY: init.tty === true,
    columns: init.columns ?? 80,
  });
  let seconds = 0;
  {
    using bar = showProgress(createMessages({ program: 'vm-save', ...init, stream }), () => seconds++ * 1000);
    events.forEach(bar.onEvent);
  }
  return String(stream.read() ?? '');
}

const RUN = [progress(0), progress(512), progress(1024), progress(1024, 'stop-and-copy')];

test('a log gets a line now and then, and one at each change', () => {
  expect(shown({}, RUN)).toBe(
    ['precopy     0%  0 B', 'stop-and-copy   50%  1 KiB']
      .map((start) => `vm-save: ${start}  0 B/s  1 KiB left\n`)
      .join('')
      .replace('precopy     0%', 'precopy    0%'),
  );
});

test('a terminal has one line that is redrawn, never wider than it', () => {
  const text = shown({ tty: true, columns: 30 }, RUN);
  const drawn = text.split('\r').filter((part) => part !== '');
  expect(drawn).toHaveLength(RUN.length);
  for (const part of drawn) expect(part.replace('\u001b[K', '').trim().length).toBeLessThan(30);
  expect(text.endsWith('\n')).toBe(true);
});

test('a warning does not get mixed up with the line', () => {
  const text = shown({ tty: true }, [progress(0), { type: 'warning', message: 'not encrypted' }]);
  expect(text).toContain('\r\u001b[Kvm-save: warning: not encrypted\n\r');
});

test('--json gives every event as a line', () => {
  const lines = shown({ json: true }, RUN).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(RUN);
});

test('-q leaves warnings alone', () => {
  expect(shown({ quiet: true, tty: true }, [...RUN, { type: 'warning', message: 'hm' }])).toBe(
    'vm-save: warning: hm\n',
  );
});
