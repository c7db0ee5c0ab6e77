import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { diskOf, guestWithOneOfEach, storedConfig, untilConnected } from '../../testing/attached.ts';
import { failure } from '../../testing/failure.ts';
import { attachDevice } from './attach-device.ts';
import { changeDisc } from './change-disc.ts';

const VDEV = { vdev: 'xvdc', type: 'cdrom' } as const;

async function guestWithDrive() {
  const host = await createSimulatedHost();
  const domain = await guestWithOneOfEach(host);
  const first = await diskOf(host, 'first.img', VDEV);
  await attachDevice(host, domain, first, { wait: true });
  const { disk: second } = await diskOf(host, 'second.img', VDEV);
  const discs = async (): Promise<(string | undefined)[]> =>
    (await storedConfig(host, domain)).disks
      .filter(({ type }) => type === 'cdrom')
      .map(({ target }) => target.split('/').at(-1));
  return { host, domain, second, discs };
}

test('the drive has the other disc', async () => {
  const { host, domain, second, discs } = await guestWithDrive();
  await using _host = host;
  expect(await changeDisc(host, domain, second, { wait: true })).toMatchObject({ kind: 'vbd', vdev: 'xvdc' });
  expect(await discs()).toEqual(['second.img']);
  expect(host.devices.loops.map(({ file }) => file.split('/').at(-1)).sort()).toEqual([
    'root.img',
    'second.img',
  ]);
});

test('a disc that cannot be had leaves the drive as it was', async () => {
  const { host, domain, second, discs } = await guestWithDrive();
  await using _host = host;
  const before = await host.snapshot();
  expect(await failure(changeDisc(host, domain, { ...second, target: '/nowhere.img' }))).toMatchObject({
    code: 'DOMAIN_DISK_MISSING',
    guest: { state: 'still running here' },
  });
  for (const wrong of [
    { ...second, vdev: 'xvdz' },
    { ...second, type: 'disk' as const },
  ])
    expect(await failure(changeDisc(host, domain, wrong))).toMatchObject({
      code: 'DOMAIN_NO_DRIVE',
      details: { drives: ['xvdc'] },
    });
  expect(await host.snapshot()).toEqual(before);

  host.faults.add({ call: 'dom0.runScript', errno: 'EIO', nth: 2 }); // behind that of the first disc
  expect(await failure(changeDisc(host, domain, second))).toMatchObject({ leftovers: [] });
  await untilConnected(host, domain.domid, 'vbd/51744');
  expect(await discs()).toEqual(['first.img']);
});
