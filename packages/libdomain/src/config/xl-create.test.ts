import { describe, expect, test } from '@jest/globals';
import { FOREIGN_KEYS, FORGOTTEN_KEYS } from './keys/foreign.ts';
import { readXlCases, XL_SUBJECTS } from './testing/xl-create.ts';
import { differenceOf, knownDifferences, oursOf } from './testing/xl-difference.ts';
import { XL_KEYS } from './xl/judge-foreign-keys.ts';

const cases = XL_SUBJECTS.flatMap(readXlCases);
const known = knownDifferences();

/** Where xl itself names another line: that of a line end, or none. */
const OTHER_LINES: readonly string[] = [
  'grammar/key-alone',
  'grammar/value-missing',
  'grammar/value-on-the-next-line',
];

describe('what xl create -n makes of a configuration', () => {
  test('every key of xl is in one of them', () => {
    const text = cases.map((one) => `\n${one.text}`).join('');
    const isThere = (key: string): boolean => new RegExp(`[\\n;{][ \\t]*${key}[ \\t]*\\+?=`).test(text);
    const keys = [...XL_KEYS, ...Object.keys(FOREIGN_KEYS), ...FORGOTTEN_KEYS];
    expect(keys.filter((key) => !isThere(key))).toEqual([]);
  });

  test.each(XL_SUBJECTS)('%s: these tools make the same of it, or the difference is known', (subject) => {
    const found = readXlCases(subject).flatMap((one): [string, string][] => {
      const difference = differenceOf(one);
      return difference === undefined ? [] : [[one.name, difference]];
    });
    const listed = [...known].filter(([name]) => name.startsWith(`${subject}/`));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(listed));
  });

  test('the list of differences knows no other files', () => {
    const names = new Set(cases.map(({ name }) => name));
    expect([...known.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  test('what is refused has a place and a hint, and a line that xl names is among them', () => {
    for (const { name, text, answer } of cases) {
      const { problems } = oursOf(text, name);
      for (const { message, hint, line, column } of problems) {
        expect(message.startsWith(`${name}:${line}:${column}: `)).toBe(true);
        expect(hint).not.toBe('');
      }
      const line = /:(\d+): config parsing/.exec(answer.says?.[0] ?? '')?.[1];
      if (line === undefined || problems.length === 0 || OTHER_LINES.includes(name)) continue;
      expect([name, problems.map((problem) => problem.line)]).toEqual([
        name,
        expect.arrayContaining([Number(line)]),
      ]);
    }
  });
});
