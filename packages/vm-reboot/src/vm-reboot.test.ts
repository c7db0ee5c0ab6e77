import { expect } from '@jest/globals';
import {
  failure,
  listed,
  result,
  testOnHost,
  testRefusals,
  unchanged,
  until,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-reboot ${domain}`);

testOnHost('a domain is asked to reboot; what becomes of it is for vm-monitor', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create slow.cfg name=asked');
  await waitForTicks(host, 'asked');
  const asked = await result(host, 'vm-reboot asked');
  expect(asked).toEqual({ domid, uuid, name: 'asked', state: 'acknowledged' });
  await host.waitForConsole('asked', /reboot was asked for/);
  await until(async () => (await listed(host, 'asked')).state === 'shutdown');
  expect(await listed(host, 'asked')).toMatchObject({ shutdownReason: 'reboot' });
  // No tool can ask it for anything any more.
  for (const line of ['vm-reboot asked', 'vm-shutdown asked --wait', 'vm-unpause asked', 'vm-pause asked'])
    expect(await failure(host, line)).toMatchObject({
      status: 2,
      error: { code: 'DOMAIN_NOT_RUNNING', guest: { domid, state: 'shut down here: reboot' } },
    });
});

testOnHost('one that does not answer runs on; a paused one and dom0 are not asked', async (host) => {
  await result(host, 'vm-create rude.cfg name=deaf');
  await result(host, 'vm-create polite.cfg name=paused --paused');
  await waitForTicks(host, 'deaf');
  const [deaf, paused, dom0] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-reboot deaf --timeout 0.3'),
      failure(host, 'vm-reboot paused'),
      failure(host, 'vm-reboot 0'),
    ]),
  );
  expect(deaf).toMatchObject({
    status: 124,
    error: { code: 'DOMAIN_SHUTDOWN_TIMEOUT', hint: expect.any(String), guest: { state: 'still running' } },
  });
  expect(paused).toMatchObject({ status: 2, error: { code: 'DOMAIN_PAUSED', hint: expect.any(String) } });
  expect(dom0).toMatchObject({ status: 2, error: { code: 'DOMAIN_IS_DOM0' } });
  await waitForTicks(host, 'deaf');
});
