import { expect, test } from '@jest/globals';
import { DeviceBench } from './testing/device-bench.ts';

const NODES = { bridge: 'xenbr0', handle: '0', 'hotplug-status': '' };

test('a network device from its nodes to the last of them', async () => {
  await using bench = await DeviceBench.make();
  const { host } = bench;
  const domid = await bench.domain();
  const before = await host.snapshot();
  await bench.plug('vif', domid, NODES);
  const backend = bench.backend('vif', domid);
  expect(await bench.read(backend, 'state', 'feature-sg')).toEqual(['2', '1']);
  await bench.write(`${bench.frontend('vif', domid)}/state`, '4');
  expect(await bench.read(backend, 'state')).toEqual(['2']); // it waits for the script

  expect(await bench.script('vif-bridge', ['online', 'type_if=vif'], domid)).toMatchObject({ status: 0 });
  expect(await bench.read(backend, 'state', 'hotplug-status')).toEqual(['4', 'connected']);
  expect(await bench.read(bench.frontend('vif', domid), 'mtu')).toEqual(['1500']);
  expect((await host.snapshot()).bridgePorts).toEqual([{ bridge: 'xenbr0', port: `vif${domid}.0` }]);

  await bench.script('vif-bridge', ['offline', 'type_if=vif'], domid);
  expect(host.devices.bridgePorts).toEqual([]);
  await bench.script('vif-bridge', ['online', 'type_if=vif'], domid);
  await host.store.write(`${backend}/online`, '0');
  await bench.write(`${backend}/state`, '5');
  expect(await bench.read(backend, 'state')).toEqual(['5']); // until the guest lets go
  await bench.write(`${bench.frontend('vif', domid)}/state`, '6');
  expect(await bench.read(backend, 'state')).toEqual(['6']);
  expect(host.devices.bridgePorts).toEqual([]); // it was the port of a device that is no more
  await host.store.rm('/local/domain/0/backend');
  await host.store.rm(`/local/domain/${domid}`);
  expect(await host.snapshot()).toEqual(before);
});

test('without its bridge', async () => {
  await using bench = await DeviceBench.make({ scenario: { bridges: ['lan'] } });
  expect(await Promise.all(['lan', 'xenbr0'].map((name) => bench.host.dom0.hasBridge(name)))).toEqual([
    true,
    false,
  ]);
  const domid = await bench.domain();
  await bench.plug('vif', domid, NODES);
  const error = 'Could not find bridge device xenbr0';
  expect(await bench.script('vif-bridge', ['online', 'type_if=vif'], domid)).toEqual({
    status: 1,
    lastWords: `${error}\n`,
  });
  expect(await bench.read(bench.backend('vif', domid), 'hotplug-status', 'hotplug-error')).toEqual([
    'error',
    error,
  ]);
});

test('before the kernel has made the device', async () => {
  await using bench = await DeviceBench.make();
  expect(await bench.script('vif-bridge', ['online', 'type_if=vif'], 7)).toMatchObject({
    status: 1,
    lastWords: expect.stringContaining('Cannot find device "vif7.0"'),
  });
});

test('a name of its own leads the script astray', async () => {
  await using bench = await DeviceBench.make({ bridges: ['xenbr0', 'lan'] });
  const domid = await bench.domain();
  await bench.plug('vif', domid, { ...NODES, bridge: 'lan', vifname: 'web0', mtu: '9000' });
  await bench.script('vif-bridge', ['online', 'type_if=vif'], domid);
  expect(bench.host.devices.bridgePorts).toEqual([{ bridge: 'lan', port: 'web0' }]);
  expect(await bench.read('/local/domain/web0/device/vif/web0', 'mtu')).toEqual(['9000']);
  await bench.host.store.rm(bench.backend('vif', domid));
  await bench.settled();
  expect(bench.host.devices.bridgePorts).toEqual([]);
});

test('a script that there is not', async () => {
  await using bench = await DeviceBench.make();
  await expect(bench.script('vif-route', ['online'], 1)).rejects.toMatchObject({
    code: 'DOM0_SCRIPT_MISSING',
    kind: 'usage',
  });
});
