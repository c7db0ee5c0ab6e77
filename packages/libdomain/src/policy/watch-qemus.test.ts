import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { domainInfo } from '../actions/look/domain-info.ts';
import { configWithDevices } from '../testing/guest-with-devices.ts';
import { watchQemus } from './watch-qemus.ts';

/** Looks once, and once more behind each of these, and tells whose qemu has ended. */
async function look(
  host: Parameters<typeof watchQemus>[0],
  between: readonly (() => Promise<unknown>)[],
): Promise<string[]> {
  const told: string[] = [];
  const over = new AbortController();
  const left = [...between];
  await watchQemus(host, {
    signal: over.signal,
    onEnded: (domid, { code, message }) => told.push(`${domid} ${code} ${message}`),
    async tick() {
      const next = left.shift();
      if (next === undefined) over.abort();
      else await next();
    },
  });
  return told;
}

const nothing = (): Promise<void> => Promise.resolve();

test('a qemu that ends while its guest lives is told of, once, and vm-info shows it', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, await configWithDevices(host));
  const pid = Number(await host.store.read(`/local/domain/${domain.domid}/image/device-model-pid`));
  const kill = (): Promise<void> => host.dom0.endQemu({ domid: domain.domid, pid }, 'at-once');
  const dead = async (): Promise<(string | undefined)[]> =>
    (await domainInfo(host, domain)).devices.map(({ kind, id, isDead }) =>
      isDead ? `${kind} ${id}` : undefined,
    );
  expect(await look(host, [nothing])).toEqual([]);
  expect((await dead()).filter(Boolean)).toEqual([]);
  expect(await look(host, [kill])).toEqual([]);
  expect(await look(host, [nothing, nothing])).toEqual([
    `${domain.domid} DOMAIN_DEVICE_MODEL_ENDED the qemu that serves disks of web1 has ended`,
  ]);
  expect((await dead()).filter(Boolean)).toEqual(['vbd 51728']);
});

test('that of a domain which goes is none of these', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, await configWithDevices(host));
  expect(await look(host, [() => destroyDomain(host, domain), nothing])).toEqual([]);
});
