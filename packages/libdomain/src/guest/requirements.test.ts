import { PassThrough, Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { listDomains } from '../actions/look/list-domains.ts';
import { pauseDomain } from '../actions/pause-domain.ts';
import { shutdownDomain } from '../actions/shutdown-domain.ts';
import { unpauseDomain } from '../actions/unpause-domain.ts';
import { failure } from '../testing/failure.ts';
import { sampleDomain } from '../testing/sample-config.ts';
import { domainSource } from '../transfer/source/source.ts';
import { domainTarget } from '../transfer/target/target.ts';
import type { UndecidedTransfer } from '../transfers.ts';

const signal = new AbortController().signal;
const ID = 'a'.repeat(32);

it('a guest on its way here is shown as that, with its source, and no other tool may have it', async () => {
  await using a = await createSimulatedHost();
  await using b = await createSimulatedHost();
  const image = new PassThrough();
  const source = domainSource(a, await sampleDomain(a, { name: 'web1' }));
  const received = image.toArray();
  await source.save(image, { signal, onProgress: () => undefined });

  let transfer: UndecidedTransfer | undefined = {
    id: ID,
    role: 'target',
    state: 'ready',
    means: 'is here, paused, and waits for GO',
    peer: 'tls://a:8002',
  };
  const there = { ...b, command: 'xfrd', transfers: { of: async () => transfer } };
  const target = domainTarget(there);
  await target.restore(Readable.from(await received), { signal, transferId: ID });
  const [, incoming] = await listDomains(there);
  expect(incoming).toMatchObject({ name: 'web1', state: 'incoming', from: 'tls://a:8002' });
  const domain = incoming!;
  const acts = [
    () => pauseDomain(there, domain),
    () => unpauseDomain(there, domain),
    () => shutdownDomain(there, domain, { mode: 'reboot' }),
    () => domainSource(there, domain).save(new PassThrough(), { signal, onProgress: () => undefined }),
    () => destroyDomain(there, domain),
  ];
  for (const act of acts) {
    expect(await failure(act())).toMatchObject({
      code: 'XFR_GUEST_BUSY',
      message: expect.stringContaining('xfrd (pid'),
    });
  }
  await target.release(); // as when its process ends
  for (const act of acts)
    expect(await failure(act())).toMatchObject({ code: 'XFR_UNRESOLVED', hint: `vm-migrate resolve ${ID}` });

  // A journal that is lost says nothing any more: what is left of it may be removed, and nothing else.
  transfer = undefined;
  for (const act of acts.slice(0, -1))
    expect(await failure(act())).toMatchObject({
      code: 'XFR_UNRESOLVED',
      hint: expect.stringContaining('vm-destroy 1'),
    });
  await destroyDomain(there, domain);
  expect(await listDomains(there)).toHaveLength(1);
});

it('a guest that was being restored from a file is not whole', async () => {
  await using host = await createSimulatedHost();
  const image = new PassThrough();
  const source = domainSource(host, await sampleDomain(host, { name: 'web1' }));
  const received = image.toArray();
  await source.save(image, { signal, onProgress: () => undefined });
  await source.destroy();
  const target = domainTarget(host);
  await target.restore(Readable.from(await received), { signal });
  await target.release(); // as when its process ends
  const [, left] = await listDomains(host);
  expect(left).toMatchObject({ state: 'incoming' });
  expect(await failure(unpauseDomain(host, left!))).toMatchObject({
    code: 'XFR_UNRESOLVED',
    message: 'web1 was being restored when that broke off',
    hint: 'vm-destroy 2, and restore it again',
  });
  await target.start();
  expect((await listDomains(host))[1]?.state).not.toBe('incoming');
});
