import { expect, test } from '@jest/globals';
import { parseTime } from './quantity.ts';

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['2m', 120_000],
  ['1h', 3_600_000],
])('%s is a time', (text, ms) => {
  expect(parseTime(text)).toBe(ms);
});

test.each(['', 'soon', '5', '-1s', '1e9s', '600h', '1s2'])('"%s" is none', (text) => {
  const error = { code: 'XEN_SIM_QUANTITY', kind: 'usage', details: { text } };
  expect(() => parseTime(text)).toThrow(expect.objectContaining(error));
});
