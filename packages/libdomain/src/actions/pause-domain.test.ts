import { expect, it } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import { createDomain } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';
import { pauseDomain } from './pause-domain.ts';
import { unpauseDomain } from './unpause-domain.ts';

it('pauses once, however often it is asked to', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host));
  const pauses = (): number | undefined => host.machine.domains.get(domain.domid)?.pauseCount;
  await unpauseDomain(host, domain);
  await pauseDomain(host, domain);
  await pauseDomain(host, domain);
  expect(pauses()).toBe(1);
  await unpauseDomain(host, domain);
  await unpauseDomain(host, domain);
  expect(pauses()).toBe(0);
  await destroyDomain(host, domain);
  expect(await failure(pauseDomain(host, domain))).toMatchObject({
    code: 'DOMAIN_UNKNOWN',
    kind: 'no-domain',
    guest: { domid: domain.domid, name: 'web1', state: 'destroyed' },
  });
});

it('does not pause the host itself', async () => {
  await using host = await createSimulatedHost();
  const error = await failure(pauseDomain(host, { domid: 0, uuid: '', name: 'Domain-0' }));
  expect(error).toMatchObject({ code: 'DOMAIN_IS_DOM0', kind: 'usage' });
  expect(host.faults.calls.size).toBe(0);
});
