import { expect, test } from '@jest/globals';
import { fromLibxlJson, toLibxlJson } from '../image-config/index.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { readXlCases, XL_SUBJECTS } from './testing/xl-create.ts';
import { oursOf } from './testing/xl-difference.ts';

const WANTED = 100;
const SEED = 17;

/** What happens to files: a slip of the pen, a line or a word lost or doubled, one cut off, two in one. */
const ACCIDENTS: readonly ((text: string, at: number, other: string) => string)[] = [
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text.charAt(at) + text.slice(at),
  (text, at) => text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2),
  (text, at) => text.slice(0, at),
  (text, at) => `${text.slice(0, at)}\n${text.slice(at)}`,
  (text, at, other) => text.slice(0, at) + other.slice(at),
  (text, at) => `${text.slice(0, at)}${'"\'[],=;#\\\0\r{}é'.charAt(at % 15)}${text.slice(at)}`,
  (text, at) => text.replace(/\d+/g, (digits) => String(Number(digits) * 10 ** (at % 20))),
  (text, at, other) => `${text}${other.slice(at % 30)}`,
  (text, at) => text.replaceAll('"', ['', "'", '“', '`'][at % 4] ?? ''),
];

test(`${WANTED} mutated configurations are refused with a place and a reason each, and the others make sense`, () => {
  const random = seededRandom(SEED);
  const texts = XL_SUBJECTS.flatMap(readXlCases).map(({ text }) => text);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const refused = new Set<string>();
  while (refused.size < WANTED) {
    const text = pick(texts);
    const mutated = pick(ACCIDENTS)(text, Math.floor(random() * text.length), pick(texts));
    const { config, problems } = oursOf(mutated, 'mutated.cfg');
    if (config !== undefined) {
      expect(fromLibxlJson(toLibxlJson(config))).toMatchObject({ name: config.name, type: config.type });
      continue;
    }
    refused.add(mutated);
    expect(problems).not.toEqual([]);
    const lines = mutated.split('\n').length;
    for (const { message, hint, line, column } of problems) {
      expect(message).toMatch(/^mutated\.cfg:\d+:\d+: \S/);
      expect(hint).toMatch(/\S/);
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(column).toBeGreaterThanOrEqual(1);
    }
  }
});
