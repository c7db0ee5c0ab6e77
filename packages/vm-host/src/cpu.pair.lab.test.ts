import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  guestAndXfrd,
  labHosts,
  result,
  startXfrd,
  ticks,
  traces,
  waitForTick,
} from '@vm-tools/lab/testing';
import type { CpuDocument } from '@vm-tools/libdomain';

describeLab('guests that are told what two real Xen hosts have in common', () => {
  let a: LabHost;
  let b: LabHost;
  let before: readonly string[];

  beforeAll(async () => {
    ({ a, b } = await labHosts());
    before = [await traces(a), await traces(b)];
  });

  afterEach(async () => {
    expect([await traces(a), await traces(b)]).toEqual(before);
  });

  test('one moves to the other host and back, and counts on', async () => {
    for (const host of [a, b])
      await a.run(`cat > /tmp/${host.name}.json`, { input: await host.run('vm-host cpu --json') });
    const common = await result<CpuDocument>(a, 'vm-host cpu /tmp/a.json /tmp/b.json');
    // Hosts with the same processor differ in one feature then, too.
    const off = ['aesni', 'rdrand', 'rdseed', 'movbe', 'popcnt'].find((name) =>
      common.features.includes(name),
    );
    const features = common.features.filter((name) => name !== off);
    await a.run('cat > /tmp/pool.json', { input: JSON.stringify({ ...common, features }) });

    const options = '--insecure';
    const settings = '/guests/linux-pvh.cfg cpu_policy=/tmp/pool.json';
    await using _toB = await guestAndXfrd([a, b], { name: 'common', settings });
    await result(a, `vm-migrate common tcp://b:8002 ${options}`);
    await waitForTick(b, 'common', (await ticks(a, 'common')) + 2);
    await using _toA = await startXfrd(a);
    await result(b, `vm-migrate common tcp://a:8002 ${options}`);
    await waitForTick(a, 'common', (await ticks(b, 'common')) + 2);
    await result(a, 'vm-destroy common');
    await a.run('rm /tmp/a.json /tmp/b.json /tmp/pool.json');
  });
});
