import { expect } from '@jest/globals';
import {
  failure,
  listed,
  result,
  testOnHost,
  testRefusals,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-set ${domain} --weight 512`);

testOnHost('memory, vCPUs, shares and name are changed at once, and stay after a save', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1 memory=64 vcpus=2');
  await waitForTicks(host, 'web1');
  const line = 'vm-set web1 --memory 32M --vcpus 1 --pin 1-2 --prefer 0:2 --weight 512 --cap 150 --name web2';
  const changed = await result(host, line);
  expect(changed).toEqual({
    domid,
    uuid,
    name: 'web2',
    memoryKib: expect.any(Number),
    maxMemoryKib: 64 * 1024,
    vcpus: 1,
  });
  expect(Math.abs(changed.memoryKib - 32 * 1024)).toBeLessThan(512);
  expect(await result<object>(host, 'vm-info web2')).toMatchObject({
    targetKib: 32 * 1024,
    scheduler: { weight: 512, cap: 150 },
    vcpuList: [{ hard: [1, 2], soft: [2] }, { isWanted: false }],
    config: { name: 'web2', memoryKib: 32 * 1024, maxMemoryKib: 64 * 1024 },
  });
  await host.run('vm-save web2 -o web2.img && vm-restore web2.img');
  expect(await listed(host, 'web2')).toMatchObject({ maxMemoryKib: 64 * 1024 });
  expect(await result<object>(host, 'vm-info web2')).toMatchObject({
    scheduler: { weight: 512, cap: 150 },
    vcpuList: [
      { hard: [1, 2], soft: [2], isWanted: true },
      { hard: [1, 2], soft: [0, 1, 2, 3], isWanted: false },
    ],
  });
  expect(await result(host, 'vm-set web2 --memory 48')).toMatchObject({ name: 'web2' });
});

testOnHost('a guest that does not follow keeps what it has', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=deaf memory=64');
  await waitForTicks(host, 'deaf');
  const late = await unchanged(host, () => failure(host, 'vm-set deaf --memory 32 --timeout 0.3'));
  expect(late).toMatchObject({
    status: 124,
    error: {
      code: 'DOMAIN_SETTING_TIMEOUT',
      message: expect.stringContaining('deaf did not give memory back within 0.3 s'),
      guest: { domid, state: 'still running here' },
    },
  });
  const [tooMuch, nothing, two, size, pin] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-set deaf --memory 65'),
      failure(host, 'vm-set deaf'),
      failure(host, 'vm-set deaf other --name both'),
      failure(host, 'vm-set deaf --memory much'),
      failure(host, 'vm-set deaf --pin 3-1'),
    ]),
  );
  expect(tooMuch).toMatchObject({ status: 2, error: { code: 'DOMAIN_SETTING_INVALID' } });
  for (const refused of [nothing, two, size, pin])
    expect(refused).toMatchObject({ status: 2, error: { code: 'USAGE', hint: expect.any(String) } });
});

testOnHost('of several domains each is changed for itself', async (host) => {
  for (const name of ['one', 'two']) await result(host, `vm-create polite.cfg name=${name}`);
  expect(await host.exec('vm-set one absent two --weight 300')).toEqual({
    code: 3,
    stdout: 'one: changed\ntwo: changed\n',
    stderr: expect.stringContaining('there is no domain absent'),
  });
});
