import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLog } from './log.ts';

function logged(
  init: { json?: boolean; journal?: boolean },
  text: string,
  facts?: Record<string, unknown>,
): string {
  let written = '';
  const stream = { write: (line: string) => (written += line) };
  const environment = init.journal ? { JOURNAL_STREAM: '8:1' } : {};
  createLog({ stream, json: init.json ?? false }, environment, () => new Date(0)).warn(text, facts);
  return written;
}

test('a file gets the time, the journal its level, a program JSON', () => {
  const facts = { domid: 3, name: 'web 1', nothing: undefined };
  expect(logged({}, 'gone', facts)).toBe('1970-01-01T00:00:00.000Z warn gone domid=3 name="web 1"\n');
  expect(logged({ journal: true }, 'gone', facts)).toBe('<4>gone domid=3 name="web 1"\n');
  expect(JSON.parse(logged({ json: true }, 'gone', facts))).toEqual({
    type: 'log',
    at: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'gone',
    domid: 3,
    name: 'web 1',
  });
});

test('what a peer sends cannot forge a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, fact) => {
      const line = logged({}, text, { fact });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line).not.toContain('\u001b');
    }),
  );
});
