import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startLab, type Lab, type LabHost } from '@vm-tools/lab';
import {
  describeTidyLab,
  failure,
  guestAndXfrd,
  result,
  startXfrd,
  ticks,
  waitForTick,
} from '@vm-tools/lab/testing';
import type { CpuDocument } from '@vm-tools/libdomain';
import { patient } from '@vm-tools/ratelimit/testing';

const GUEST = '/guests/polite.cfg';

/** Hosts of its own: the processors of one lack what those of the other have. */
describeTidyLab('guests that are told what two real Xen hosts have in common', () => {
  let lab: Lab;
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    lab = await startLab({ name: `cpu-${process.pid}`, cpu: { b: 'aes=off,movbe=off' } });
    [a, b] = [lab.host('a'), lab.host('b')];
  }, patient(600_000));
  afterAll(() => lab.down());

  test('one moves to the host that has less and back; one that was told more stays', async () => {
    for (const host of [a, b])
      await a.run(`cat > /tmp/${host.name}.json`, { input: await host.run('vm-host cpu --json') });
    const told = await a.run('vm-host cpu /tmp/a.json /tmp/b.json');
    expect(told).toMatch(/a\.json has more: .*movbe.*aesni/);
    const common = await result<CpuDocument>(a, 'vm-host cpu /tmp/a.json /tmp/b.json');
    expect(common.features).not.toContain('aesni');
    await a.run('cat > /tmp/pool.json', { input: JSON.stringify(common) });

    await using _toB = await guestAndXfrd([a, b], { name: 'usual', settings: GUEST });
    const refused = await failure(a, 'vm-migrate usual tcp://b:8002 --insecure');
    expect(JSON.stringify(refused.error)).toContain('DOMAIN_CPU_INCOMPATIBLE');
    await result(a, 'vm-destroy usual');

    await result(a, `vm-create ${GUEST} name=common cpu_policy=/tmp/pool.json`);
    await waitForTick(a, 'common', 2);
    await result(a, 'vm-migrate common tcp://b:8002 --insecure');
    await waitForTick(b, 'common', (await ticks(a, 'common')) + 2);
    await using _toA = await startXfrd(a);
    await result(b, 'vm-migrate common tcp://a:8002 --insecure');
    await waitForTick(a, 'common', (await ticks(b, 'common')) + 2);
    await result(a, 'vm-destroy common');
  });
});
