import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { destinationOf } from './into-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'into-'));
});
afterEach(() => rm(folder, { recursive: true }));

const OPTIONS = { suffix: '.core', program: 'vm-dump' };

test('one domain goes into a file, or into a folder that is there', async () => {
  const file = await destinationOf(['web1', 'web1.core'], OPTIONS);
  expect([file.domains, file.fileFor('web1')]).toEqual([['web1'], 'web1.core']);
  const inFolder = await destinationOf(['12', folder], OPTIONS);
  expect([inFolder.domains, inFolder.fileFor('web1')]).toEqual([['12'], join(folder, 'web1.core')]);
  const stdout = await destinationOf(['web1', '-'], OPTIONS);
  expect(stdout.fileFor('web1')).toBe('-');
});

test('several go into a folder', async () => {
  const { domains, fileFor } = await destinationOf(['web1', 'web2', folder], OPTIONS);
  expect(domains).toEqual(['web1', 'web2']);
  const names = ['web1', '../up', '.', 'a/b', 'a%2Fb', '%2E'];
  expect(names.map(fileFor)).toEqual(
    ['web1', '%2E.%2Fup', '%2E', 'a%2Fb', 'a%252Fb', '%252E'].map((name) => join(folder, `${name}.core`)),
  );
});

test('a place of its own leaves all words to domains', async () => {
  const { domains, fileFor } = await destinationOf(['web1', 'web2'], { ...OPTIONS, place: folder });
  expect([domains, fileFor('web2')]).toEqual([['web1', 'web2'], join(folder, 'web2.core')]);
  const one = await destinationOf(['web1'], { ...OPTIONS, place: folder });
  expect(one.fileFor('web1')).toBe(folder);
});

test('what is not said is asked for', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const words of [[], ['web1'], ['web1', 'web2', join(folder, 'file')], ['web1', 'web2', '-']]) {
    await expect(destinationOf(words, OPTIONS)).rejects.toMatchObject({
      code: 'USAGE',
      kind: 'usage',
      hint: expect.any(String),
    });
  }
});
