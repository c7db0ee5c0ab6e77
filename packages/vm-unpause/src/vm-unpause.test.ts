import { expect } from '@jest/globals';
import { result, testOnHost, testRefusals, unchanged, waitForTicks } from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-unpause ${domain}`);

testOnHost('a paused domain goes on; one that runs already is left alone', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=waits --paused');
  expect(await host.readConsole('waits')).toBe('');
  const unpaused = await result(host, 'vm-unpause waits');
  expect(unpaused).toEqual({ domid, uuid, name: 'waits', state: 'running' });
  await waitForTicks(host, 'waits');
  await unchanged(host, () => result(host, `vm-unpause ${domid}`));
  await waitForTicks(host, 'waits');
});

testOnHost('what was paused by two is unpaused by one', async (host) => {
  const { domid } = await result(host, 'vm-create polite.cfg name=held');
  await host.simulated.xen.domainPause(domid);
  await result(host, 'vm-pause held');
  await result(host, 'vm-unpause held');
  await waitForTicks(host, 'held');
});
