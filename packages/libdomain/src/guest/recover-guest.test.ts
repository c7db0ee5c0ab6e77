import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { unpauseDomain } from '../actions/unpause-domain.ts';
import { suspendingPath } from '../paths.ts';
import { sampleDomain } from '../testing/sample-config.ts';
import { domainSource } from '../transfer/source/source.ts';

test('a guest that libxc has let run after its vm-save was killed is not waited for a second time', async () => {
  await using host = await createSimulatedHost();
  const domain = await sampleDomain(host);
  const control = { signal: new AbortController().signal, onProgress: () => undefined };
  await domainSource(host, domain).save(new PassThrough().resume(), control);
  await host.xen.domainResume(domain.domid, { fast: true });

  await unpauseDomain(host, domain);
  expect(await host.store.read(suspendingPath(domain.domid))).toBeUndefined();
  const info = await host.xen.domainGetinfo(domain.domid);
  expect(info).toMatchObject({ isPaused: false, shutdownReason: undefined });
});
