import { describe, expect, it } from '@jest/globals';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig } from '../testing/fake-host.ts';
import { createDomain } from './create-domain.ts';
import { resolveDomain } from './resolve-domain.ts';

describe('resolveDomain', () => {
  it('takes a name, a domid or a UUID', async () => {
    await using host = await fakeHost();
    const domain = await createDomain(host, await sampleConfig(host));
    for (const wanted of ['web1', '1', 1, domain.uuid, domain.uuid.toUpperCase()]) {
      expect(await resolveDomain(host, wanted)).toEqual(domain);
    }
  });

  it('suggests a similar name', async () => {
    await using host = await fakeHost();
    await createDomain(host, await sampleConfig(host, { name: 'webserver' }));
    const error = await failure(resolveDomain(host, 'webservre'));
    expect(error).toMatchObject({
      code: 'DOMAIN_UNKNOWN',
      kind: 'no-domain',
      hint: 'did you mean webserver?',
    });
    expect(await failure(resolveDomain(host, '7'))).toMatchObject({
      code: 'DOMAIN_UNKNOWN',
      hint: 'vm-list shows all domains',
    });
  });

  it('refuses to choose between two domains of one name, but prefers the living to the dying', async () => {
    await using host = await fakeHost();
    await createDomain(host, await sampleConfig(host));
    await createDomain(host, await sampleConfig(host, { name: 'web2' }));
    host.store.others.write('/local/domain/2/name', 'web1');
    const error = await failure(resolveDomain(host, 'web1'));
    expect(error).toMatchObject({ code: 'DOMAIN_AMBIGUOUS', kind: 'no-domain', details: { domids: [1, 2] } });
    host.xen.domains.get(1)!.isDying = true;
    expect((await resolveDomain(host, 'web1')).domid).toBe(2);
  });
});
