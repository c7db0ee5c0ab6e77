import { expect, test } from '@jest/globals';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { readTools } from './commands-of-tools.ts';
import { hintTexts, readPage } from './error-codes.ts';

/** Words that hide the role: source, target, keeper, receiver, helper, peer, caller, operator, user or reader. */
const NAMELESS =
  /\b(?:nobody|somebody|whoever|everybody|anybody|no one|someone|anyone|everyone|he|him|himself)\b/gi;

const PAGES = ['*.md', 'docs/*.md', '{packages,tools}/*/*.md', '{packages,tools}/*/docs/*.md'];

/** Such words in a text, each with its place. Code may have them: the user "nobody". */
function namelessIn(place: string, text: string): string[] {
  const prose = text.replaceAll(/```[^]*?```|`[^`]*`/g, '');
  return [...prose.matchAll(NAMELESS)].map(
    ({ 0: word, index }) => `${place}: ${prose.slice(Math.max(0, index - 40), index + word.length + 40)}`,
  );
}

test('pages name the role', async () => {
  const found: string[] = [];
  for await (const page of glob(PAGES, { cwd: join(import.meta.dirname, '../../..') }))
    found.push(...namelessIn(page, await readPage(page)));
  expect(found).toEqual([]);
});

test('help names the role', async () => {
  const tools = [...(await readTools()).values()];
  const specs = tools.flatMap(({ own, commands }) => [own, ...commands.values()]);
  expect(specs.length).toBeGreaterThan(20);
  expect(specs.flatMap((spec) => namelessIn(spec.name, JSON.stringify(spec)))).toEqual([]);
});

test('hints name the role, in lower case and without a full stop', async () => {
  const hints = await hintTexts();
  expect(hints.flatMap(({ file, text }) => namelessIn(file, text))).toEqual([]);
  expect(hints.filter(({ text }) => /^[A-Z][a-z]|\w\.$/.test(text))).toEqual([]);
});

test.each([
  ['nobody knows', 1],
  ['it becomes `nobody`, and whoever asks', 1],
  ['```\nreceiver: nobody\n```\nthe receiver is `nobody`', 0],
  ['the somebody, who has been anywhere, and the other', 1],
])('%j has %d', (text, count) => {
  expect(namelessIn('here', text)).toHaveLength(count);
});
