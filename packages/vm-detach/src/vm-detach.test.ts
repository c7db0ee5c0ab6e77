import { expect } from '@jest/globals';
import { failure, result, testOnHost, testRefusals, waitForTicks } from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-detach ${domain} network 0`);

testOnHost('a network device goes by its number or its address', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  for (const device of ['0', '00:16:3e:00:00:07']) {
    await result(host, 'vm-attach web1 network mac=00:16:3e:00:00:07 --wait');
    expect(await result<object>(host, `vm-detach web1 network ${device}`)).toEqual({
      domid,
      uuid,
      name: 'web1',
      kind: 'vif',
      id: '0',
      how: 'released',
    });
  }
  expect(await failure(host, 'vm-detach web1 network 0')).toMatchObject({
    status: 2,
    error: { code: 'DOMAIN_NO_DEVICE', hint: 'it has no network devices at all' },
  });
  expect(await failure(host, 'vm-detach web1 printer 0')).toMatchObject({ error: { code: 'USAGE' } });
});

testOnHost(
  'of several domains each loses its own; one that has none does not stop the others',
  async (host) => {
    for (const name of ['one', 'two', 'three']) await result(host, `vm-create polite.cfg name=${name}`);
    await host.run('vm-attach one three network --wait');
    expect(await host.exec('vm-detach one two three network 0')).toEqual({
      code: 2,
      stdout: 'one: without network 0\nthree: without network 0\n',
      stderr: expect.stringContaining('two has no network device 0'),
    });
    expect(await failure(host, 'vm-detach one network')).toMatchObject({
      status: 2,
      error: { code: 'USAGE', message: 'the device is missing' },
    });
  },
);
