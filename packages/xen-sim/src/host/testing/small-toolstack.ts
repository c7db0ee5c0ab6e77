import { randomUUID } from 'node:crypto';
import { patient } from '@vm-tools/ratelimit/testing';
import type { SimulatedHost } from '../host.ts';

export interface CreateOptions {
  readonly type?: 'pv' | 'pvh';
  readonly cmdline?: string;
}

/** As little of a toolstack as a domain needs to run. @returns the domid */
export async function createDomain(
  { xen, store, kernel }: SimulatedHost,
  name: string,
  { type = 'pvh', cmdline = '' }: CreateOptions = {},
): Promise<number> {
  const domid = await xen.domainCreate({ uuid: randomUUID(), type, maxVcpus: 1 });
  await xen.domainMaxVcpus(domid, 1);
  await xen.domainSetmaxmem(domid, 17 * 1024);
  if (type === 'pvh') await xen.setPagingMempoolSize(domid, 2 ** 20);
  const ports = {
    storePort: await xen.evtchnAllocUnbound(domid, 0),
    storeDomid: 0,
    consolePort: await xen.evtchnAllocUnbound(domid, 0),
    consoleDomid: 0,
  };
  const memory = { targetKib: 16 * 1024, maxKib: 16 * 1024, maxVcpus: 1 };
  const { storeFrame, consoleFrame } = await xen.domainBuild(domid, {
    type,
    kernel,
    cmdline,
    ...memory,
    ...ports,
  });
  const path = `/local/domain/${domid}`;
  await store.write(`${path}/name`, name);
  await store.write(`${path}/control/shutdown`, '');
  await store.setPermissions(`${path}/control/shutdown`, [{ domid, access: 'none' }]);
  await store.introduceDomain(domid, storeFrame, ports.storePort);
  await store.transaction(async (tx) => {
    await tx.write(`${path}/console/port`, `${ports.consolePort}`);
    await tx.write(`${path}/console/ring-ref`, `${consoleFrame}`);
    await tx.write(`${path}/console/tty`, '');
  });
  await store.waitFor(
    `${path}/console/tty`,
    async () => (await store.read(`${path}/console/tty`)) || undefined,
    {
      timeoutMs: patient(60_000),
      what: 'the console',
    },
  );
  await xen.domainUnpause(domid);
  return domid;
}

export async function destroyDomain({ xen, store }: SimulatedHost, domid: number): Promise<void> {
  await xen.domainDestroy(domid);
  await store.rm(`/local/domain/${domid}`);
}
