import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_NAME_BYTES, nameProblem } from './name.ts';
import { shown, shownJson, shownLines } from './shown.ts';

describe('a name', () => {
  test.each([
    'web1',
    'web 1',
    'café',
    'Übung',
    'сервер',
    'サーバー',
    '서버',
    'خادم',
    'हिन्दी',
    'a.b',
    'a_b-c',
    '$HOME',
    'a;b',
    '😀',
    'x{}',
  ])('may be %j', (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  test.each([
    ['', 'must not be empty'],
    ['  ', 'must not be empty'],
    [' web', 'must not begin or end with a blank'],
    ['-rf', 'must not begin with "-", it would be taken for an option'],
    ['a/b', 'must not contain "/"'],
    ['a"b', 'must not contain quotes or backslashes'],
    ["a'b", 'must not contain quotes or backslashes'],
    ['a`b', 'must not contain quotes or backslashes'],
    ['a\\b', 'must not contain quotes or backslashes'],
    ['..', 'must not be the name of a folder'],
    ['a\nb', 'must not contain characters that cannot be seen'],
    ['a\u001b[2Jb', 'must not contain characters that cannot be seen'],
    ['a\u009bb', 'must not contain characters that cannot be seen'],
    ['web\u202egmi.1', 'must not contain characters that cannot be seen'],
    ['web\u20661', 'must not contain characters that cannot be seen'],
    ['web\u200b1', 'must not contain characters that cannot be seen'],
    ['web\u200d1', 'must not contain characters that cannot be seen'],
    ['web\ufeff', 'must not contain characters that cannot be seen'],
    ['web\u00a01', 'must not contain characters that cannot be seen'],
    ['web\u31641', 'must not contain characters that cannot be seen'],
    ['web\ud800', 'must not contain characters that cannot be seen'],
    ['\u0301a', 'must not begin with a mark that belongs to a letter before it'],
    ['cafe\u0301', 'must be in the composed form of Unicode (NFC)'],
    ['x'.repeat(MAX_NAME_BYTES + 1), 'must not be longer than 200 bytes'],
    ['ü'.repeat(101), 'must not be longer than 200 bytes'],
  ])('%j %s', (name, problem) => {
    expect(nameProblem(name)).toBe(problem);
  });

  test('is shown as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        fc.pre(nameProblem(text) === undefined);
        expect(shown(text)).toBe(text);
        expect(shownJson(text)).toBe(JSON.stringify(text));
      }),
    );
  });
});

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string({ unit: 'grapheme' }));
const ACTED_ON = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe('foreign text', () => {
  test.each([
    ['plain text, naïve', 'plain text, naïve'],
    ['web\u202egmi.1', 'web\\u202egmi.1'],
    ['\u001b[2J', '\\u001b[2J'],
    ['a\nb\tc', 'a\\u000ab\\u0009c'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
  ])('%j is shown as %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test('keeps its lines where it may have some', () => {
    expect(shownLines('a\nb\rc\u202e')).toBe('a\nb\\u000dc\\u202e');
  });

  test('never acts on a terminal, as text and as JSON, which has the same value', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(shown(text)).not.toMatch(ACTED_ON);
        const json = shownJson({ name: text });
        expect(json).not.toMatch(ACTED_ON);
        expect(JSON.parse(json)).toEqual({ name: text });
      }),
    );
  });

  test('is shown once: twice is the same', () => {
    fc.assert(fc.property(anyText, (text) => expect(shown(shown(text))).toBe(shown(text))));
  });
});
