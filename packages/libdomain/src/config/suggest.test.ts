import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance, suggest } from './suggest.ts';

describe('suggest', () => {
  test.each([
    ['memroy', 'memory'],
    ['Memory', 'memory'],
    ['onCrash', 'on_crash'],
    ['krenel', 'kernel'],
    ['x', undefined],
    ['somethingelse', undefined],
    ['memory'.repeat(100), undefined],
  ])('%s: %s', (word, meant) => {
    expect(suggest(word, ['kernel', 'memory', 'on_crash', 'on_reboot', 'name'])).toBe(meant);
  });
});

test('editDistance is a metric', () => {
  const words = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(words, words, words, (a, b, c) => {
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});
