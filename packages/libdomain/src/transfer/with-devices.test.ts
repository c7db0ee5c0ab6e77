import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { failure } from '../testing/failure.ts';
import { configWithDevices, configWithQemu, withModelFolder } from '../testing/guest-with-devices.ts';
import { domainSource } from './source/source.ts';
import { domainTarget } from './target/target.ts';

const control = { signal: new AbortController().signal, onProgress: () => undefined };

async function hostWithGuest(): Promise<{ host: SimulatedHost; domid: number; image: Buffer }> {
  const host = await withModelFolder(await createSimulatedHost());
  const domain = await createDomain(host, await configWithDevices(host));
  const sink = new PassThrough();
  const image = buffer(sink);
  await domainSource(host, domain).save(sink, control);
  return { host, domid: domain.domid, image: await image };
}

test('when the end of an image is written, the disks of the guest are written, too, and are let go of', async () => {
  const { host, domid } = await hostWithGuest();
  await using _host = host;
  const files = host.devices.flushes.map(({ path, wasInUse }) => [path.split('/').at(-1), wasInUse]);
  expect(files).toEqual([
    ['root.img', false],
    ['data.qcow2', false],
  ]);
  expect(host.devices.qemus).toMatchObject([{ domid, isStopped: true }]);
});

test('a guest that is resumed has its disks back, one that is restored has them anew', async () => {
  const { host, domid, image } = await hostWithGuest();
  await using _host = host;
  const info = await host.xen.domainGetinfo(domid);
  const source = domainSource(host, {
    domid,
    uuid: info!.uuid,
    name: 'web1',
    type: 'pvh',
    state: 'suspended',
    memoryKib: 2048,
    maxMemoryKib: 2048,
    vcpus: 1,
    cpuTimeNs: 0n,
  });
  await source.resume();
  expect(host.devices.qemus).toMatchObject([{ domid, isStopped: false }]);
  await source.destroy();
  expect(host.devices.loops).toEqual([]);

  const target = domainTarget(host);
  await target.restore(Readable.from([image]), control);
  await target.start();
  const macs = await Promise.all(
    [0, 1].map((id) => host.store.read(`/local/domain/${target.domid}/device/vif/${id}/mac`)),
  );
  expect(macs).toEqual(['00:16:3e:00:00:01', '00:16:3e:00:00:02']);
  expect(host.devices.loops).toHaveLength(1);
  expect(host.devices.qemus).toMatchObject([{ domid: target.domid, isStopped: false }]);
});

/** An image, and the place of its share on this machine. */
async function withShare(): Promise<{ image: Buffer; folder: string; path: string; there: SimulatedHost }> {
  const there = await withModelFolder(await createSimulatedHost());
  const folder = join(there.root, 'var/log/folders');
  const path = join(folder, 'home');
  mkdirSync(path, { recursive: true });
  const shares = [{ tag: 'home', path, securityModel: 'mapped' as const }];
  const config = { framebuffers: [], channels: [], shares, cmdline: 'sim.devices=rude' };
  const domain = await createDomain(there, await configWithQemu(there, config));
  const sink = new PassThrough();
  const image = buffer(sink);
  await domainSource(there, domain).save(sink, control);
  return { image: await image, folder, path, there };
}

test('a folder that leads elsewhere by the time that it is plugged in is refused', async () => {
  const { image, folder, path, there } = await withShare();
  await using _there = there;
  await using host = await withModelFolder(await createSimulatedHost());
  const before = await host.snapshot();
  const origin = { from: 'image' as const, folders: [folder] };
  const target = domainTarget(host, {
    origin,
    onStep({ name, state }) {
      if (name !== 'introduce' || state !== 'started') return;
      renameSync(path, `${path}-before`);
      symlinkSync('/etc', path);
    },
  });
  expect(await failure(target.restore(Readable.from([image]), control))).toMatchObject({
    code: 'DOMAIN_FILE_NOT_ALLOWED',
    message: expect.stringContaining(`the share ${path} of web1 may not be taken from there`),
    guest: { state: 'not created here' },
    leftovers: [],
  });
  expect(await host.snapshot()).toEqual(before);
  renameSync(path, `${path}-swapped`);
  renameSync(`${path}-before`, path);

  const again = domainTarget(host, { origin });
  await again.restore(Readable.from([image]), control);
  expect(await host.store.read(`/libxl/${again.domid}/device/9pfs/0/path`)).toBe(path);
  await again.abandon();
});
