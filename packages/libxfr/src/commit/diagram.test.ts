import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { commitPage } from './testing/diagram.ts';

const PAGE = new URL('../../docs/commit-protocol.md', import.meta.url);

/** The formatter pads the cells of tables; what they say is what counts. */
const unpadded = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').trim();

test('the page about the protocol is as new as its table; UPDATE_DOCS=1 makes it so', async () => {
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(PAGE, commitPage());
  expect(unpadded(await readFile(PAGE, 'utf8'))).toBe(unpadded(commitPage()));
});
