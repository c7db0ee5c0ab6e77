import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, failure, guestAndXfrd, labHosts, result, waitForTicks } from '@vm-tools/lab/testing';

/** It asks for 50 MiB/s; an emulated processor gives what it can. */
const GUEST = { name: 'busy', settings: `/guests/polite.cfg memory=48 'cmdline="dirty=8 rate=50"'` };

describeLab('a guest that writes faster than can be sent, between two real Xen hosts', () => {
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    ({ a, b } = await labHosts());
  });

  test('a downtime that cannot be kept: abort leaves it here in time, throttle and force move it', async () => {
    await using _ = await guestAndXfrd([a, b], GUEST);
    const move = 'vm-migrate busy tcp://b:8002 --insecure --max-downtime 1 --deadline 60 --on-no-convergence';

    const startedAt = performance.now();
    const { status, error } = await failure(a, `${move} abort`);
    expect(performance.now() - startedAt).toBeLessThan(75_000);
    expect(status).toBe(7);
    expect(error.guest?.state).toContain('running');
    await waitForTicks(a, 'busy');
    expect(await b.run('xl list')).not.toContain('busy');

    for (const action of ['throttle', 'force']) {
      await result(a, `${move} ${action}`);
      await waitForTicks(b, 'busy');
      await b.run('xl destroy busy');
      if (action === 'throttle') await result(a, `vm-create ${GUEST.settings} name=busy`);
    }
  });
});
