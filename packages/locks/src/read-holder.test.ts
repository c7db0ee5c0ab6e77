import { expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderNow } from './holder.ts';
import { readHolder } from './read-holder.ts';

test('a lock that is not there has no holder, nor one that does not say; what cannot be read is no answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vm-tools-locks-'));
  const path = join(folder, 'web1.lock');
  expect(await readHolder(path)).toBeUndefined();
  writeFileSync(path, '');
  expect(await readHolder(path)).toBeUndefined();
  const holder = holderNow('vm-save');
  writeFileSync(path, JSON.stringify(holder));
  expect(await readHolder(path)).toEqual(holder);
  await expect(readHolder(folder)).rejects.toMatchObject({ code: 'EISDIR' });
});
