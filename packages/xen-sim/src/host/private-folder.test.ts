import { expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolder } from './private-folder.ts';

test('a folder that others can look into is not used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sim-'));
  await makePrivateFolder(join(folder, 'ours'));
  await makePrivateFolder(join(folder, 'ours'));
  await mkdir(join(folder, 'open'), { mode: 0o755 });
  const opened = makePrivateFolder(join(folder, 'open'));
  await expect(opened).rejects.toMatchObject({ code: 'XEN_SIM_FOLDER_UNSAFE' });
  await expect(makePrivateFolder('/dev/null/x')).rejects.toMatchObject({ code: 'XEN_SIM_FOLDER' });
  await rm(folder, { recursive: true });
});
