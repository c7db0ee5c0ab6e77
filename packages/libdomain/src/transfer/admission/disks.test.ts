import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { readPlaceRules } from '../../places/index.ts';
import { failure } from '../../testing/failure.ts';
import { configWithDevices } from '../../testing/guest-with-devices.ts';
import { offeredDisks, requireDisks } from './disks.ts';

test('a disk is on the target as well, where its sender may name it, and of the same size', async () => {
  await using host = await createSimulatedHost();
  const folder = join(host.root, 'images');
  await mkdir(folder, { mode: 0o755 });
  const target = join(folder, 'root.img');
  const config = await configWithDevices(host, {
    disks: [{ target, vdev: 'xvda', format: 'raw', access: 'rw', type: 'disk' }],
  });
  const allowed = await readPlaceRules(host, { disks: [folder] });
  const refused = await readPlaceRules(host, { disks: [] });
  const check = (rules = allowed, disks = [{ vdev: 'xvda', bytes: 4096 }]) =>
    failure(requireDisks(host, config, { disks }, rules));

  expect(await check(refused)).toMatchObject({ code: 'DOMAIN_FILE_NOT_ALLOWED' });
  expect(await check()).toMatchObject({ code: 'DOMAIN_DISK_MISSING', kind: 'usage' });
  await writeFile(target, Buffer.alloc(4096), { mode: 0o644 });
  expect(await offeredDisks(host, config)).toEqual([{ vdev: 'xvda', bytes: 4096 }]);
  await requireDisks(host, config, { disks: await offeredDisks(host, config) }, allowed);
  await requireDisks(host, config, {}, allowed); // from an older release, which does not say
  await truncate(target, 8192);
  expect(await check()).toMatchObject({
    code: 'DOMAIN_DISK_DIFFERS',
    kind: 'peer',
    details: { vdev: 'xvda', here: 8192, there: 4096 },
  });
});
