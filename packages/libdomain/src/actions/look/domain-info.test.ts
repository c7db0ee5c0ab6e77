import { expect, it, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { tryEachCall } from '../../testing/each-call.ts';
import { failure } from '../../testing/failure.ts';
import { sampleDomain } from '../../testing/sample-config.ts';
import { destroyDomain } from '../destroy-domain.ts';
import { domainInfo } from './domain-info.ts';
import { hostInfo } from './host-info.ts';

it('reads what was set since, and not what was written down at first', async () => {
  await using host = await createSimulatedHost();
  const domain = await sampleDomain(host);
  await host.store.write(`/local/domain/${domain.domid}/name`, 'web2');
  await host.store.write(`/local/domain/${domain.domid}/memory/target`, '1024');
  await host.store.write(`/local/domain/${domain.domid}/cpu/1/availability`, 'offline');
  await host.xen.vcpuSetaffinity(domain.domid, 1, { hard: [2] });
  expect(await domainInfo(host, domain)).toMatchObject({
    name: 'web2',
    targetKib: 1024,
    config: { name: 'web2', memoryKib: 1024 },
    vcpuList: [{ isWanted: true }, { isWanted: false, hard: [2], soft: [0, 1, 2, 3] }],
  });
});

it('tells of one that is gone', async () => {
  await using host = await createSimulatedHost();
  const domain = await sampleDomain(host);
  await destroyDomain(host, domain);
  expect(await failure(domainInfo(host, domain))).toMatchObject({ code: 'DOMAIN_UNKNOWN' });
  expect(await hostInfo(host)).toMatchObject({ domains: 1, vcpus: 4 });
});

test('each of its calls may fail', async () => {
  await tryEachCall({ prepare: sampleDomain, act: (host, domain) => domainInfo(host, domain) });
});
