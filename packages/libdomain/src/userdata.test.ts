import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { tryLock } from '@vm-tools/locks';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { userdataFolder, userdataLockPath, userdataPath } from './paths.ts';
import { failure } from './testing/failure.ts';
import { readUserdata, removeUserdata, writeUserdata } from './userdata.ts';

const domain = { domid: 7, uuid: '11111111-2222-3333-4444-555555555555', name: 'web1' };

it('is for no other user to read, and gone when it is removed, with what xl put beside it', async () => {
  await using host = await createSimulatedHost();
  await writeUserdata(host, domain, '{"c_info":{}}');
  const path = userdataPath(host, domain.domid, domain.uuid);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readUserdata(host, domain)).toBe('{"c_info":{}}');

  const other = `userdata-d.77.${domain.uuid}.libxl-json`;
  await writeFile(join(userdataFolder(host), other), '');
  await writeFile(join(userdataFolder(host), `userdata-l.7.${domain.uuid}.domain-userdata-lock`), '');
  await removeUserdata(host, domain);
  expect(await readdir(userdataFolder(host))).toEqual([other]);
  expect(await failure(readUserdata(host, domain))).toMatchObject({
    code: 'DOMAIN_NO_CONFIG',
    details: { path },
  });
});

it("is changed under libxl's own lock, which is waited for", async () => {
  await using host = await createSimulatedHost();
  const xl = await tryLock(userdataLockPath(host, domain.domid, domain.uuid));
  const signal = AbortSignal.abort();
  await expect(writeUserdata(host, domain, '{}', signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await expect(removeUserdata(host, domain, signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const writing = writeUserdata(host, domain, '{"c_info":{}}');
  await xl?.[Symbol.asyncDispose]();
  await writing;
  expect(await readUserdata(host, domain)).toBe('{"c_info":{}}');
  expect(await readdir(userdataFolder(host))).toEqual([`userdata-d.7.${domain.uuid}.libxl-json`]);
});
