import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { suspendGuest } from './suspend/suspend.ts';

test('a guest that suspends too late is resumed, not forgotten', async () => {
  await using host = await createSimulatedHost();
  const before = await host.snapshot();
  const domain = await createDomain(host, sampleConfig(host, { cmdline: 'sim.suspend=late:100ms' }));
  const running = await host.snapshot();
  const late = await failure(suspendGuest(host, domain, { timeoutMs: 50 }));
  expect(late).toMatchObject({ code: 'DOMAIN_SUSPEND_TIMEOUT', leftovers: [] });
  expect(host.consoleOf(1)).toMatch(/suspend cancelled after/);
  expect(await host.snapshot()).toEqual(running);
  expect(before.domains).toHaveLength(1);
});
