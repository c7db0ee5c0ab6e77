import { expect } from '@jest/globals';
import {
  failure,
  interruptAt,
  result,
  testOnHost,
  testRefusals,
  type TestHost,
  unchanged,
  until,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-trigger ${domain} --nmi`);

const waitForLine = (host: TestHost, name: string, line: string): Promise<unknown> =>
  host.waitForConsole(name, new RegExp(line));

testOnHost('a key is taken, an interrupt comes to the vCPU that is meant', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1 vcpus=2');
  await waitForTicks(host, 'web1');
  expect(await result(host, 'vm-trigger web1 --sysrq s')).toEqual({ domid, uuid, name: 'web1', sysrq: 's' });
  await waitForLine(host, 'web1', 'sim: sysrq s');
  expect(await result(host, 'vm-trigger web1 --nmi --vcpu 1')).toMatchObject({ domid, trigger: 'nmi' });
  await waitForLine(host, 'web1', 'sim: NMI for vCPU 1');
  await result(host, 'vm-create polite.cfg name=web2');
  await waitForTicks(host, 'web2');
  expect(await host.run(`vm-trigger ${domid} web2 --sysrq h`)).toBe(
    'web1: took the key h\nweb2: took the key h\n',
  );
});

testOnHost('a guest that does not take a key is not left with it', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=deaf');
  await waitForTicks(host, 'deaf');
  const [late, interrupted] = await unchanged(host, async () => [
    await failure(host, 'vm-trigger deaf --sysrq s --timeout 0.3'),
    await interruptAt(host, 'vm-trigger deaf --sysrq s', async () => {
      await until(
        async () =>
          (await host.simulated.store.read(`/local/domain/${domid}/control/sysrq`)) === 's' || undefined,
        'the key',
      );
    }),
  ]);
  expect(late).toMatchObject({
    status: 124,
    error: {
      code: 'DOMAIN_KEY_IGNORED',
      message: 'deaf did not take the key s within 0.3 s',
      guest: { domid, state: 'still running here' },
    },
  });
  expect(interrupted).toMatchObject({ status: 130 });
});

testOnHost('what this domain does not have is refused by name', async (host) => {
  const { domid } = await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  const lines: readonly (readonly [string, object])[] = [
    ['vm-trigger web1', { code: 'USAGE', message: 'there is nothing to send' }],
    ['vm-trigger web1 --power', { code: 'DOMAIN_NO_BUTTON', hint: expect.stringContaining('vm-shutdown') }],
    ['vm-trigger web1 --sleep', { code: 'DOMAIN_NO_BUTTON', hint: expect.stringContaining('vm-pause') }],
    ['vm-trigger web1 --nmi --vcpu 1', { code: 'DOMAIN_NO_VCPU', message: 'web1 has no vCPU 1' }],
    ['vm-trigger web1 --sysrq ss', { code: 'SYSRQ_KEY_INVALID' }],
    ['vm-trigger 0 --nmi', { code: 'DOMAIN_IS_DOM0' }],
    ['vm-trigger 0 --sysrq b', { code: 'DOMAIN_IS_DOM0' }],
  ];
  for (const [line, error] of lines)
    expect(await unchanged(host, () => failure(host, line))).toMatchObject({ status: 2, error });
  await host.run('vm-pause web1');
  for (const line of ['vm-trigger web1 --nmi', 'vm-trigger web1 --sysrq s'])
    expect(await unchanged(host, () => failure(host, line))).toMatchObject({
      error: { code: 'DOMAIN_PAUSED' },
    });
  await host.run('vm-unpause web1');
  host.simulated.faults.add({ call: 'domainSendTrigger', domid, errno: 'EPERM' });
  expect(await failure(host, 'vm-trigger web1 --nmi')).toMatchObject({
    status: 1,
    error: { code: 'XEN_CALL_FAILED', details: { call: 'xc_domain_send_trigger', errnoName: 'EPERM' } },
  });
});
