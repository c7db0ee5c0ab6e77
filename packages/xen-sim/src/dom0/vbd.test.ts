import { chmod, rm } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { writeImage } from '../testing/write-image.ts';
import { DeviceBench } from './testing/device-bench.ts';

const CONNECTED = { 'hotplug-status': 'connected' };

describe('a disk over a loop device', () => {
  test('from its nodes to the last of them', async () => {
    await using bench = await DeviceBench.make();
    const { host } = bench;
    const image = await writeImage(bench.file('web.img'), '8M');
    const domid = await bench.domain();
    const before = await host.snapshot();
    await bench.plug('vbd', domid, { params: image, mode: 'w' });
    const backend = bench.backend('vbd', domid);
    expect(await bench.read(backend, 'state', 'max-ring-page-order')).toEqual(['2', '4']);

    expect(await bench.script('block', ['add'], domid)).toEqual({ status: 0, lastWords: '' });
    expect(
      await bench.read(backend, 'node', 'physical-device', 'physical-device-path', 'hotplug-status', 'state'),
    ).toEqual(['/dev/loop0', '7:0', '/dev/loop0', 'connected', '2']);
    expect((await host.snapshot()).loops).toEqual([{ path: '/dev/loop0', file: image }]);
    expect(await host.dom0.lookAt('/dev/loop0')).toEqual({ is: 'block', major: 7, minor: 0, bytes: 2 ** 23 });

    await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
    expect(await bench.read(backend, 'state', 'sectors', 'info')).toEqual(['4', '16384', '0']);

    // Its frontend goes, and it lets go.
    await host.store.rm(bench.frontend('vbd', domid));
    await bench.settled();
    expect(await bench.read(backend, 'state')).toEqual(['6']);
    await bench.script('block', ['remove'], domid);
    await host.store.rm(`/local/domain/0/backend`);
    await host.store.rm(`/local/domain/${domid}`);
    expect(await host.snapshot()).toEqual(before);
  });

  test('the frontend may be ready before the script has run', async () => {
    await using bench = await DeviceBench.make();
    const domid = await bench.domain();
    const params = await writeImage(bench.file('web.img'), '1M');
    await bench.plug('vbd', domid, { params, mode: 'r' });
    await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
    expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual(['2']);
    await bench.script('block', ['add'], domid);
    expect(await bench.read(bench.backend('vbd', domid), 'state', 'info')).toEqual(['4', '4']);
  });

  test('one that is open goes with its last user, and one whose file has gone stays', async () => {
    await using bench = await DeviceBench.make();
    const domid = await bench.domain();
    const image = await writeImage(bench.file('web.img'), '1M');
    await bench.plug('vbd', domid, { params: image, mode: 'w' });
    await bench.script('block', ['add'], domid);
    await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
    await bench.script('block', ['remove'], domid);
    expect(bench.host.devices.loops).toHaveLength(1);
    await bench.write(`${bench.frontend('vbd', domid)}/state`, '6');
    expect(bench.host.devices.loops).toHaveLength(0);

    await bench.plug('vbd', domid, { params: image, mode: 'w' }, '1');
    await bench.script('block', ['add'], domid, '1');
    await rm(image);
    await bench.script('block', ['remove'], domid, '1');
    expect(bench.host.devices.loops).toMatchObject([{ path: '/dev/loop0', file: image }]);
  });

  test('a file that may not be written is busy for a guest that writes', async () => {
    await using bench = await DeviceBench.make();
    const domid = await bench.domain();
    const params = await writeImage(bench.file('web.img'), '1M');
    await chmod(params, 0o400);
    await bench.plug('vbd', domid, { params, mode: 'w' });
    const error = `File ${params} is read-only, and so I will not mount it read-write in a guest domain.`;
    expect(await bench.script('block', ['add'], domid)).toEqual({ status: 1, lastWords: `${error}\n` });
    expect(await bench.read(bench.backend('vbd', domid), 'hotplug-status', 'hotplug-error')).toEqual([
      'busy',
      error,
    ]);
  });

  test('a backend that was closed meanwhile gets none', async () => {
    await using bench = await DeviceBench.make();
    const domid = await bench.domain();
    const params = await writeImage(bench.file('web.img'), '1M');
    await bench.plug('vbd', domid, { params, mode: 'w' });
    await bench.host.store.rm(bench.frontend('vbd', domid));
    await bench.settled();
    expect(await bench.script('block', ['add'], domid)).toMatchObject({
      status: 1,
      lastWords: expect.stringMatching(/^Path closed or removed during hotplug add: .* state: 6\n$/),
    });
    expect(bench.host.devices.loops).toEqual([]);
  });
});

describe('a block device of the scenario', () => {
  const disks = { '/dev/vg/db': '1M', '/dev/vg/web': '10G' };

  test('is connected by its numbers', async () => {
    await using bench = await DeviceBench.make({ scenario: { disks } });
    const domid = await bench.domain();
    expect(await bench.host.dom0.lookAt('/dev/vg/web')).toEqual({
      is: 'block',
      major: 254,
      minor: 1,
      bytes: 10 * 2 ** 30,
    });
    await bench.plug('vbd', domid, { params: '/dev/vg/web', mode: 'w' });
    await bench.script('block', ['add'], domid);
    await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
    expect(await bench.read(bench.backend('vbd', domid), 'physical-device', 'state', 'sectors')).toEqual([
      'fe:1',
      '4',
      '20971520',
    ]);
  });

  test.each([
    ['w', 'w', 1, 'Device /dev/vg/web is mounted in a guest domain, and so cannot be mounted now.\n'],
    [
      'w',
      'r',
      1,
      'Device /dev/vg/web is mounted read-write in a guest domain, and so cannot be mounted read-only now.\n',
    ],
    ['r', 'r', 0, ''],
  ])('one guest has it as %s, and another one wants it as %s', async (first, second, status, lastWords) => {
    await using bench = await DeviceBench.make({ disks });
    const plug = async (mode: string, vm: string): Promise<number> => {
      const domid = await bench.domain();
      await bench.host.store.write(`/local/domain/${domid}/vm`, vm);
      await bench.plug('vbd', domid, { params: '/dev/vg/web', mode });
      return domid;
    };
    await bench.script('block', ['add'], await plug(first, '/vm/one'));
    // The same guest in another domain may have it, too: it is being moved.
    await expect(bench.script('block', ['add'], await plug(second, '/vm/one'))).resolves.toMatchObject({
      status: 0,
    });
    const other = await plug(second, '/vm/other');
    expect(await bench.script('block', ['add'], other)).toEqual({ status, lastWords });
    const state = status === 0 ? 'connected' : 'busy';
    expect(await bench.read(bench.backend('vbd', other), 'hotplug-status')).toEqual([state]);
  });
});

test('what is neither file nor device is said to be connected, and never is', async () => {
  await using bench = await DeviceBench.make();
  const domid = await bench.domain();
  await bench.plug('vbd', domid, { params: '/dev/loop77', mode: 'w' });
  expect(await bench.script('block', ['add'], domid)).toEqual({ status: 0, lastWords: '' });
  await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
  expect(await bench.read(bench.backend('vbd', domid), 'hotplug-status', 'state')).toEqual([
    'connected',
    '2',
  ]);
});

test('a disk that is offered again is connected again', async () => {
  await using bench = await DeviceBench.make({ disks: { '/dev/vg/web': '1M' } });
  const domid = await bench.domain();
  const [frontend, backend] = [bench.frontend('vbd', domid), bench.backend('vbd', domid)];
  await bench.plug('vbd', domid, { params: '/dev/vg/web', mode: 'w', ...CONNECTED });
  await bench.script('block', ['add'], domid);
  for (const [front, back] of ['34', '55', '66', '12', '34', '44']) {
    await bench.write(`${frontend}/state`, front ?? '');
    expect(await bench.read(backend, 'state')).toEqual([back]);
  }
});
