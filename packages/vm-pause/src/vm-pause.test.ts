import { expect } from '@jest/globals';
import {
  failure,
  listed,
  result,
  testOnHost,
  testRefusals,
  ticks,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-pause ${domain}`);

testOnHost('a paused domain stands still; to pause it twice is to pause it once', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=still');
  await waitForTicks(host, 'still');
  const paused = await result(host, 'vm-pause still');
  expect(paused).toEqual({ domid, uuid, name: 'still', state: 'paused' });
  await result(host, `vm-pause ${domid}`);
  expect((await listed(host, uuid)).state).toBe('paused');
  const counted = await ticks(host, 'still');
  await result(host, `vm-unpause ${uuid}`);
  await waitForTicks(host, 'still');
  expect(await ticks(host, 'still')).toBeGreaterThan(counted);
});

testOnHost('dom0 is not paused, and what Xen refuses is said with its errno', async (host) => {
  const { domid } = await result(host, 'vm-create polite.cfg name=runs');
  host.simulated.faults.add({ call: 'domainPause', domid, errno: 'EPERM' });
  const [dom0, denied] = await unchanged(host, () =>
    Promise.all([failure(host, 'vm-pause 0'), failure(host, 'vm-pause runs')]),
  );
  expect(dom0).toMatchObject({ status: 2, error: { code: 'DOMAIN_IS_DOM0' } });
  expect(denied).toMatchObject({
    status: 1,
    error: { code: 'XEN_CALL_FAILED', message: 'xc_domain_pause: Operation not permitted (EPERM)' },
  });
  await waitForTicks(host, 'runs');
});

testOnHost('of several domains one that is not there does not stop the others', async (host) => {
  const [one, other] = [
    await result(host, 'vm-create polite.cfg name=one'),
    await result(host, 'vm-create polite.cfg name=other'),
  ];
  const paused = (name: string, { domid, uuid }: typeof one): object => ({
    domid,
    uuid,
    name,
    state: 'paused',
  });
  expect(await result(host, `vm-pause one ${other.domid}`)).toEqual([
    paused('one', one),
    paused('other', other),
  ]);
  await host.run('vm-unpause one other');
  const printed = await host.exec('vm-pause --json one absent other');
  expect({ status: printed.code, stderr: printed.stderr }).toEqual({ status: 3, stderr: '' });
  expect(JSON.parse(printed.stdout)).toEqual([
    paused('one', one),
    { domain: 'absent', error: expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }) },
    paused('other', other),
  ]);
  expect(await host.exec('vm-destroy one absent other')).toEqual({
    code: 3,
    stdout: 'one: destroyed\nother: destroyed\n',
    stderr: expect.stringContaining('vm-destroy: there is no domain absent on this host [DOMAIN_UNKNOWN]'),
  });
});
