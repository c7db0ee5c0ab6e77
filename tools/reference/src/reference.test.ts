import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readReference } from './reference.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('all that the packages export has a comment', async () => {
  const { names, undocumented } = await readReference(ROOT);
  expect(names).toBeGreaterThan(400);
  expect(undocumented).toEqual([]);
});

test('what has none is named', async () => {
  const root = await mkdtemp(join(tmpdir(), 'reference-'));
  const source =
    '/** Told. */\nexport const told = 1;\nexport const untold = 2;\nexport function silent(): void {}\n';
  await mkdir(join(root, 'packages/a/src'), { recursive: true });
  await writeFile(join(root, 'packages/a/package.json'), '{ "exports": { ".": "./src/index.ts" } }');
  await writeFile(join(root, 'packages/a/src/index.ts'), source);
  await writeFile(join(root, 'tsconfig.json'), '{ "include": ["packages"] }');
  const { names, undocumented } = await readReference(root);
  expect([names, [...undocumented].sort()]).toEqual([3, ['silent', 'untold']]);
  await rm(root, { recursive: true });
});
