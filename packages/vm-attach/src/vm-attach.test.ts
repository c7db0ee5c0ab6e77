import { join } from 'node:path';
import { expect } from '@jest/globals';
import {
  failure,
  result,
  testOnHost,
  testRefusals,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-attach ${domain} network`);

testOnHost('a disk and a network device come, and are there after a save', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  await host.run('truncate -s 1M data.img');
  const image = join(host.folder, 'data.img');
  expect(await result<object>(host, `vm-attach web1 disk ${image} raw xvdb w --wait`)).toEqual({
    domid,
    uuid,
    name: 'web1',
    kind: 'vbd',
    id: '51728',
    vdev: 'xvdb',
  });
  const network = await result<object>(host, 'vm-attach web1 network mac=00:16:3e:00:00:07 --wait');
  expect(network).toMatchObject({ kind: 'vif', id: '0', mac: '00:16:3e:00:00:07' });
  await host.run('vm-save web1 -o web1.img && vm-restore web1.img --allow-disks all');
  expect(await result<object>(host, 'vm-info web1')).toMatchObject({
    config: { disks: [{ target: image, vdev: 'xvdb' }], networks: [{ mac: '00:16:3e:00:00:07' }] },
  });
});

testOnHost('a drive gets another disc', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  await host.run('truncate -s 1M 1.iso; truncate -s 1M 2.iso');
  const disc = (count: number): string => `disk ${join(host.folder, `${count}.iso`)},raw,xvdc,cdrom --wait`;
  await host.run(`vm-attach web1 ${disc(1)}`);
  await result(host, `vm-attach web1 ${disc(2)} --change`);
  expect(await result<object>(host, 'vm-info web1')).toMatchObject({
    config: { disks: [{ target: join(host.folder, '2.iso'), type: 'cdrom' }] },
  });
});

testOnHost('what cannot be attached is refused, and nothing changes', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  const refused = await unchanged(host, async () => {
    const failures = [];
    for (const words of [
      'printer lp0',
      'disk /srv/data.img',
      'disk /nowhere/data.img,raw,xvdb',
      'network bridge=br9',
      'network --change',
      'disk /nowhere/cd.iso,raw,xvdc,cdrom --change',
    ])
      failures.push(await failure(host, `vm-attach web1 ${words}`));
    return failures;
  });
  expect(refused.map(({ status, error }) => [status, error.code])).toEqual([
    [2, 'USAGE'],
    [2, 'CONFIG_INVALID'],
    [2, 'DOMAIN_DISK_MISSING'],
    [2, 'DOMAIN_NO_BRIDGE'],
    [2, 'USAGE'],
    [2, 'DOMAIN_NO_DRIVE'],
  ]);
});

testOnHost('a guest that does not connect it is told, and it stays', async (host) => {
  await result(host, 'vm-create polite.cfg name=deaf cmdline=sim.devices=rude');
  await waitForTicks(host, 'deaf');
  expect(await failure(host, 'vm-attach deaf network --wait --timeout 0.3')).toMatchObject({
    status: 124,
    error: { code: 'DOMAIN_DEVICE_NOT_CONNECTED', leftovers: ['the network device 0, attached'] },
  });
  expect(await host.exec('vm-detach deaf network 0 --force')).toMatchObject({ code: 0 });
});

testOnHost('several domains get one each; of a disk with one writer only the first does', async (host) => {
  for (const name of ['one', 'two']) await result(host, `vm-create polite.cfg name=${name}`);
  await host.run('truncate -s 1M data.img; truncate -s 1M 1.iso; truncate -s 1M 2.iso');
  const disk = (name: string): string => `disk ${join(host.folder, name)},raw`;

  const both = await host.exec('vm-attach one absent two network --wait --json');
  expect({ status: both.code, stderr: both.stderr }).toEqual({ status: 3, stderr: '' });
  expect(JSON.parse(both.stdout)).toEqual([
    expect.objectContaining({ name: 'one', kind: 'vif', id: '0' }),
    { domain: 'absent', error: expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }) },
    expect.objectContaining({ name: 'two', kind: 'vif', id: '0' }),
  ]);

  const written = await host.exec(`vm-attach one two ${disk('data.img')},xvdb,w`);
  expect(written).toEqual({
    code: 2,
    stdout: 'one: disk xvdb\n',
    stderr: expect.stringMatching(/one \(domain \d+\) may write to it.*\[DOMAIN_DISK_BUSY\]/),
  });

  await host.run(`vm-attach one two ${disk('1.iso')},xvdc,cdrom --wait`);
  const changed = await host.run(`vm-attach one two ${disk('2.iso')},xvdc,cdrom --wait --change`);
  expect(changed).toBe('one: disk xvdc\ntwo: disk xvdc\n');
  const infos = await result<{ config: { disks: { target: string }[] } }[]>(host, 'vm-info one two');
  const targets = infos.map(({ config }) => config.disks.map(({ target }) => target));
  const path = (name: string): string => join(host.folder, name);
  expect(targets).toEqual([[path('data.img'), path('2.iso')], [path('2.iso')]]);

  const address = await failure(host, 'vm-attach one two network mac=00:16:3e:00:00:07');
  expect(address).toMatchObject({ status: 2, error: { code: 'USAGE', hint: expect.any(String) } });
});
