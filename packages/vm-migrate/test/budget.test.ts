import { expect } from '@jest/globals';
import {
  failure,
  result,
  startXfrd,
  testOnTwoHosts,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

/** Writes to 2 MiB again and again, faster than they can be sent. */
async function busy(host: TestHost, name: string): Promise<void> {
  const cmdline = 'sim.tick=20ms sim.dirty=20M/s sim.set=2M';
  await result(host, `vm-create polite.cfg name=${name} memory=16 'cmdline="${cmdline}"'`);
  await waitForTicks(host, name);
}

const capOf = ({ simulated }: TestHost): number | undefined =>
  [...simulated.machine.domains.values()].find(({ domid }) => domid > 0)?.capPercent;

const SLOW = '--bwlimit 4M --stop-and-copy-bwlimit 4M --max-downtime 200';

testOnTwoHosts('a guest that is too busy stays, and runs', async (a, b) => {
  await using xfrd = await startXfrd(b);
  await busy(a, 'stays');
  const line = `vm-migrate stays ${xfrd.endpoint} --on-no-convergence abort`;
  const stuck = await failure(a, `${line} ${SLOW}`);
  expect(stuck).toMatchObject({
    status: 7,
    error: { code: 'DOMAIN_NOT_CONVERGED', details: { expectedDowntimeMs: expect.any(Number) } },
  });
  await waitForTicks(a, 'stays');
  const late = await failure(a, `${line} --bwlimit 1M --deadline 0.5`);
  expect(late).toMatchObject({ status: 7, error: { code: 'XFR_DEADLINE' } });
  await waitForTicks(a, 'stays');
});

testOnTwoHosts('or is slowed down until it can be stopped in time', async (a, b) => {
  await using xfrd = await startXfrd(b);
  await busy(a, 'slowed');
  const moving = result(a, `vm-migrate slowed ${xfrd.endpoint} --on-no-convergence throttle ${SLOW}`);
  let lowest = 0;
  const look = setInterval(() => (lowest = Math.min(lowest || 100, capOf(a) || 100)), 5);
  await moving.finally(() => clearInterval(look));
  expect(lowest).toBeLessThan(100);
  await waitForTicks(b, 'slowed');
  expect(capOf(b)).toBe(0);
});

testOnTwoHosts('or is stopped for as long as it takes', async (a, b) => {
  await using xfrd = await startXfrd(b);
  await busy(a, 'forced');
  const { downtimeMs } = await result(a, `vm-migrate forced ${xfrd.endpoint} ${SLOW}`);
  expect(downtimeMs).toBeGreaterThan(200);
  await waitForTicks(b, 'forced');
});
