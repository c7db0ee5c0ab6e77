import { expect, test } from '@jest/globals';
import {
  createDomain,
  domainConfigSchema,
  domainSource,
  domainTarget,
  listDomains,
} from '@vm-tools/libdomain';
import {
  fileSource,
  listen,
  parseEndpoint,
  saveToFile,
  sendToPeer,
  type Offer,
  type TransferEvent,
} from '@vm-tools/libxfr';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { stat } from 'node:fs/promises';

/** Your tool: starts a saved image on several hosts at once; the file stays. Rejects when one of them fails. */
async function fanOut(
  image: { readonly path: string; readonly offer: Offer },
  peers: readonly string[],
  onEvent: (peer: string, event: TransferEvent) => void,
): Promise<void> {
  const sending = peers.map((peer) =>
    sendToPeer(fileSource(image.path, image.offer), parseEndpoint(peer), {
      onEvent: (event) => onEvent(peer, event),
    }),
  );
  await Promise.all(sending);
}

test('one saved image runs on two hosts, and its file is still there', async () => {
  await using a = await createSimulatedHost({ memory: '1G' });
  await using b = await createSimulatedHost({ memory: '1G' });
  await using c = await createSimulatedHost({ memory: '1G' });
  const web1 = { name: 'web1', type: 'pvh', kernel: a.kernel, memoryKib: 32 * 1024 } as const;
  const source = domainSource(a, await createDomain(a, domainConfigSchema.parse(web1)));
  const image = { path: `${a.root}/web1.img`, offer: await source.describe() };
  await saveToFile(source, image.path, { afterwards: 'destroy' });

  await using toB = await listen({ port: 0, makeTarget: () => domainTarget(b) });
  await using toC = await listen({ port: 0, makeTarget: () => domainTarget(c) });
  const done = new Set<string>();
  const shares = new Map<string, number>();
  await fanOut(image, [toB.address, toC.address], (peer, event) => {
    if (event.type === 'progress') shares.set(peer, 1 - event.remaining / event.total);
    if (event.type === 'completed') done.add(peer);
  });

  expect([...shares.values()]).toEqual([1, 1]);
  expect(done).toEqual(new Set([toB.address, toC.address]));
  for (const host of [b, c]) {
    expect(await listDomains(host)).toContainEqual(expect.objectContaining({ name: 'web1' }));
  }
  expect((await stat(image.path)).size).toBeGreaterThan(32 * 2 ** 20);
});
