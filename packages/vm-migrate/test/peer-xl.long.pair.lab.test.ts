import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  failure,
  labHosts,
  listed,
  result,
  ticks,
  traces,
  waitForTick,
  waitForTicks,
} from '@vm-tools/lab/testing';

describeLab('a host that has only xl, between two real Xen hosts', () => {
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

  test('xl migrate-receive takes a domain from vm-migrate, live, and one that it cannot have stays', async () => {
    const { uuid } = await result(a, 'vm-create /guests/polite.cfg name=wanders');
    await waitForTicks(a, 'wanders');
    await b.run('xl create -qp /guests/polite.cfg name=\'"wanders"\'');
    const refused = await failure(a, 'vm-migrate wanders ssh://b --peer xl');
    // xl gives it its name last, and finds the name taken then: it takes its copy away and says so.
    expect(refused).toMatchObject({ status: 6, error: { code: 'XFR_XL_START_FAILED' } });
    expect(refused.error.log?.join('\n')).toMatch(/rename|exists|in use/i);
    await waitForTicks(a, 'wanders');
    await b.run('xl destroy wanders');

    const moved = await result<{ live: boolean; downtimeMs: number }>(
      a,
      'vm-migrate wanders ssh://b --peer xl',
    );
    expect(moved).toMatchObject({ live: true });
    expect(moved.downtimeMs).toBeGreaterThan(0);
    const counted = await ticks(a, 'wanders');
    await waitForTick(b, 'wanders', counted + 2);
    expect(await a.run('xl list')).not.toContain('wanders');
    expect(await b.run('xl list')).toMatch(/^wanders /m);
    expect(await listed(b, 'wanders')).toMatchObject({ uuid });
    await b.run('xl destroy wanders');
  });

  test('xl migrate gives a domain to vm-migrate receive, which counts on', async () => {
    await a.run('xl create -q /guests/polite.cfg name=\'"given"\'');
    await waitForTicks(a, 'given');
    await a.run("xl migrate -s '' given 'ssh b vm-migrate receive --peer xl'", { timeoutMs: 240_000 });
    const counted = await ticks(a, 'given');
    await waitForTick(b, 'given', counted + 2);
    expect(await a.run('xl list')).not.toContain('given');
    expect(await listed(b, 'given')).toMatchObject({ name: 'given' });
    await result(b, 'vm-destroy given');
  });
});
