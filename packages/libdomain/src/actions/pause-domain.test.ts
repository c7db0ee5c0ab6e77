import { expect, it } from '@jest/globals';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig } from '../testing/fake-host.ts';
import { createDomain } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';
import { pauseDomain, unpauseDomain } from './pause-domain.ts';

it('pauses once, however often it is asked to', async () => {
  await using host = await fakeHost();
  const domain = await createDomain(host, await sampleConfig(host));
  const pauses = (): number | undefined => host.xen.domains.get(domain.domid)?.pauses;
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
  });
});
