import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { tryLock } from '@vm-tools/locks';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { userdataLockPath } from '../paths.ts';
import { withUserdataLock } from './userdata-lock.ts';

const domain = { domid: 7, uuid: '0f0e0d0c-0b0a-0908-0706-050403020100' };

test('xl is kept out as long as the work takes, and no longer', async () => {
  await using host = await createSimulatedHost();
  const path = userdataLockPath(host, domain.domid, domain.uuid);
  const work = async (): Promise<string> => {
    expect(await tryLock(path)).toBeUndefined();
    return 'done';
  };
  for (let count = 0; count < 2; count += 1)
    expect(await withUserdataLock(host, domain, undefined, work)).toBe('done');
  expect(existsSync(path)).toBe(false);
});

test('xl is waited for no longer than the caller waits, and nothing is done', async () => {
  await using host = await createSimulatedHost();
  await withUserdataLock(host, domain, undefined, async () => {
    const work = (): Promise<never> => Promise.reject(new Error('the work was done'));
    const second = withUserdataLock(host, domain, AbortSignal.abort(), work);
    await expect(second).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
