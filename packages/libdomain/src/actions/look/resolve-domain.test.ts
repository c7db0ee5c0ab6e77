import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { failure } from '../../testing/failure.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { createDomain } from '../create-domain.ts';
import { resolveDomain } from './resolve-domain.ts';

describe('resolveDomain', () => {
  it('takes a name, a domid or a UUID', async () => {
    await using host = await createSimulatedHost();
    const { domid, uuid, name } = await createDomain(host, sampleConfig(host), { paused: true });
    for (const wanted of ['web1', '1', 1, uuid, uuid.toUpperCase()]) {
      expect(await resolveDomain(host, wanted)).toMatchObject({
        domid,
        uuid,
        name,
        type: 'pvh',
        state: 'paused',
      });
    }
  });

  it('asks xenstore about the domain alone that is named by its domid', async () => {
    await using host = await createSimulatedHost();
    for (const name of ['web1', 'web2', 'web3']) await createDomain(host, sampleConfig(host, { name }));
    const before = host.faults.calls.get('xenstore.read') ?? 0;
    await resolveDomain(host, 2);
    expect(host.faults.calls.get('xenstore.read')).toBe(before + 3);
  });

  it('suggests a similar name', async () => {
    await using host = await createSimulatedHost();
    await createDomain(host, sampleConfig(host, { name: 'webserver' }));
    const error = await failure(resolveDomain(host, 'webservre'));
    expect(error).toMatchObject({
      code: 'DOMAIN_UNKNOWN',
      kind: 'no-domain',
      hint: 'did you mean webserver?',
    });
    expect(await failure(resolveDomain(host, '7'))).toMatchObject({
      code: 'DOMAIN_UNKNOWN',
      hint: 'list the domains with vm-list',
    });
  });

  it('refuses to choose between two domains of one name, but prefers the living to the dying', async () => {
    await using host = await createSimulatedHost();
    await createDomain(host, sampleConfig(host));
    await createDomain(host, sampleConfig(host, { name: 'web2' }));
    await host.store.write('/local/domain/2/name', 'web1');
    const error = await failure(resolveDomain(host, 'web1'));
    expect(error).toMatchObject({ code: 'DOMAIN_AMBIGUOUS', kind: 'no-domain', details: { domids: [1, 2] } });
    host.machine.holdPages(1);
    await host.xen.domainDestroy(1);
    expect((await resolveDomain(host, 'web1')).domid).toBe(2);
  });
});
