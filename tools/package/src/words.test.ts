import { expect, test } from '@jest/globals';
import { readWords } from './words.ts';

test('what the command line says', () => {
  expect(readWords([])).toEqual({ help: false, revision: 1, repository: undefined });
  expect(readWords(['--revision', '2', '--repository', 'out', '--sign-by', 'me@here'])).toEqual({
    help: false,
    revision: 2,
    repository: { folder: 'out', signBy: 'me@here' },
  });
});

test.each([
  ['--revision', '0'],
  ['--revision', '1.5'],
  ['--repository', 'out'],
  ['--sign-by', 'me'],
  ['--nonsense'],
  ['word'],
])('%s %s is a usage error with the usage as its hint', (...words) => {
  expect(() => readWords(words)).toThrow(
    expect.objectContaining({
      code: 'PACKAGE_USAGE',
      kind: 'usage',
      hint: expect.stringContaining('npm run'),
    }),
  );
});
