import { expect, test } from '@jest/globals';
import { wantsColour } from './messages.ts';

const terminal = { isTTY: true, write: () => undefined };
const file = { write: () => undefined };

test.each([
  [terminal, {}, undefined, true],
  [file, {}, undefined, false],
  [terminal, { NO_COLOR: '1' }, undefined, false],
  [terminal, { NO_COLOR: '' }, undefined, true],
  [terminal, { TERM: 'dumb' }, undefined, false],
  [terminal, {}, false, false],
  [file, { CLICOLOR_FORCE: '1' }, undefined, true],
  [file, { CLICOLOR_FORCE: '1', NO_COLOR: '1' }, undefined, false],
])('colour %#', (stream, environment, option, expected) => {
  expect(wantsColour(stream, environment, option)).toBe(expected);
});
