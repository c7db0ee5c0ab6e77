import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance, suggest } from './suggest.ts';

describe('suggest', () => {
  test.each([
    ['memroy', 'memory'],
    ['Memory', 'memory'],
    ['onCrash', 'on_crash'],
    ['krenel', 'kernel'],
    ['nmae', 'name'],
    ['naem', 'name'],
    ['x', undefined],
    ['somethingelse', undefined],
    ['memory'.repeat(100), undefined],
  ])('%s: %s', (word, meant) => {
    expect(suggest(word, ['kernel', 'memory', 'on_crash', 'on_reboot', 'name'])).toBe(meant);
  });
});

test('editDistance counts letters, and a swap of neighbours once', () => {
  const words = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(words, words, words, (a, b, c) => {
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(editDistance(`${a}${c}`, `${b}${c}`)).toBeLessThanOrEqual(editDistance(a, b));
      expect(editDistance(`${a}xy${b}`, `${a}yx${b}`)).toBe(1);
    }),
  );
});
