import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { showProgress } from '../progress/show-progress.ts';
import { createLog } from './log.ts';
import { createMessages } from './messages.ts';
import { table } from './table.ts';

/** Controls but the end of a line, and what changes the direction or the look of other letters. */
const ACTED_ON =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('\u001b[2J', 'web\u202e1', '\u009b2J', 'a\u200bb', 'a\r\nb', '\u007f'),
);

/** The stderr of one of our tools, plain or as JSON, without colours. */
function written(
  json: boolean,
  act: (stderr: PassThrough & { isTTY?: boolean }, json: boolean) => void,
): string {
  const stream = new PassThrough({ encoding: 'utf8' });
  act(stream, json);
  return String(stream.read() ?? '');
}

describe.each([false, true])('no foreign text acts on a terminal (json: %p)', (json) => {
  test('in messages and errors', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        const text = written(json, (stream) => {
          const messages = createMessages({ program: 'vm-try', stream, json, verbosity: 2 });
          messages.note(one);
          messages.warn(other);
          messages.detail(one);
          messages.trace(other);
          messages.event({ type: 'progress', status: one });
          messages.failed(
            new VmToolsError({
              code: 'X_TRY',
              message: one,
              hint: other,
              phase: one,
              guest: { name: one, state: other },
              leftovers: [other],
              log: [one, other],
              details: { [other]: one },
              cause: new Error(other),
            }),
          );
        });
        expect(text).not.toMatch(ACTED_ON);
        if (json) for (const line of text.trimEnd().split('\n')) JSON.parse(line);
      }),
    );
  });

  test('in logs', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        const text = written(json, (stream) =>
          createLog({ stream, json }, {}).info(one, { name: other, at: [one] }),
        );
        expect(text).not.toMatch(ACTED_ON);
        expect(text.indexOf('\n')).toBe(text.length - 1);
      }),
    );
  });
});

test('no word of a transfer acts on a terminal but what redraws the line', () => {
  fc.assert(
    fc.property(word, (status) => {
      const text = written(false, (stream) => {
        stream.isTTY = true;
        const messages = createMessages({ program: 'vm-try', stream });
        using progress = showProgress(messages);
        progress.onEvent({ type: 'progress', status, transferred: 1, remaining: 1, throughput: 1 });
        progress.onEvent({ type: 'warning', message: status });
      });
      expect(text.replaceAll('\r', '').replaceAll('\u001b[K', '')).not.toMatch(ACTED_ON);
    }),
  );
});

test('cells of a table are aligned by the room that their letters take', async () => {
  const rows = ['web1', 'サーバー', 'cafe\u0301', '😀', 'e\u202e'];
  const lines = await table(rows, [
    { heading: 'Name', text: (name) => name },
    { heading: 'ID', text: () => '1', align: 'right' },
  ]);
  expect(lines.split('\n')).toEqual([
    'Name      ID',
    'web1       1',
    'サーバー   1',
    'cafe\u0301       1',
    '😀         1',
    'e\\u202e    1',
  ]);
});
