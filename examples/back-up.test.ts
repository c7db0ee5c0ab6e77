import { expect, test } from '@jest/globals';
import { createDomain, domainConfigSchema, domainSource, listDomains, type Host } from '@vm-tools/libdomain';
import { saveToFile } from '@vm-tools/libxfr';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { stat } from 'node:fs/promises';

/** Your tool: writes an image of each guest, and all of them run on. */
async function backUp(host: Host, folder: string): Promise<void> {
  for (const guest of await listDomains(host)) {
    if (guest.domid === 0) continue;
    await saveToFile(domainSource(host, guest), `${folder}/${guest.name}.img`, { afterwards: 'resume' });
  }
}

async function hostWithGuest(): Promise<SimulatedHost> {
  const host = await createSimulatedHost({ memory: '1G' });
  const web1 = { name: 'web1', type: 'pvh', kernel: host.kernel, memoryKib: 32 * 1024 } as const;
  await createDomain(host, domainConfigSchema.parse({ ...web1, cmdline: 'sim.dirty=20M/s sim.set=8M' }));
  return host;
}

test('a guest that writes all the time is backed up, and runs on', async () => {
  await using host = await hostWithGuest();
  await backUp(host, host.root);
  expect((await stat(`${host.root}/web1.img`)).size).toBeGreaterThan(32 * 2 ** 20);
  expect(host.consoleOf('web1')).toMatch(/suspend was asked for[^]*suspend cancelled after \d+ ms/);
});

test('when the save fails half way, nothing has changed', async () => {
  await using host = await hostWithGuest();
  const before = await host.snapshot();
  host.faults.add({ call: 'domainSave', at: 2 ** 20, errno: 'EIO' });
  const failed = { code: 'XEN_CALL_FAILED', guest: { name: 'web1', state: 'still running here' } };
  await expect(backUp(host, host.root)).rejects.toMatchObject(failed);
  expect(await host.snapshot()).toEqual(before); // no file, no domain and no node more or less
});
