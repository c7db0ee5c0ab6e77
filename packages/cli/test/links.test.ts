import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const PAGES = ['*.md', 'docs/*.md', '{packages,tools}/*/*.md', '{packages,tools}/*/docs/*.md'];

test('what a page points to in this repository is there', async () => {
  const missing: string[] = [];
  let links = 0;
  for await (const page of glob(PAGES, { cwd: ROOT })) {
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links += 1;
      if (!existsSync(join(ROOT, dirname(page), target))) missing.push(`${page}: ${target}`);
    }
  }
  expect(missing).toEqual([]);
  expect(links).toBeGreaterThan(100);
});
