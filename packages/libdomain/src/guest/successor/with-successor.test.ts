import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../../actions/create-domain.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { deathOf } from '../death.ts';
import { withSuccessor } from './with-successor.ts';

test('an error that came after the restart names the new domain, and not the old one that is there still', async () => {
  await using host = await createSimulatedHost();
  const old = await createDomain(host, sampleConfig(host));
  host.machine.guestShutdown(old.domid, 'reboot');
  const { uuid } = old;
  // As a toolstack does that makes the new one before it removes the old one.
  const domid = await host.xen.domainCreate({ uuid, type: 'pvh', maxVcpus: 1 });
  const died = await deathOf(host, old, 'when it was to suspend');
  expect(died).toMatchObject({ guest: { domid } });
  expect(await withSuccessor(host, died, new AbortController().signal)).toBe(died);
});
