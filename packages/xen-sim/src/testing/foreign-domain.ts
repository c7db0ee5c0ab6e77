import { randomUUID } from 'node:crypto';
import type { TestHost } from './test-host.ts';

/** Makes a domain as another toolstack might: it has a name and nothing else that ours have. @returns its domid */
export async function addForeignDomain(
  { simulated }: TestHost,
  name: string,
  type: 'pv' | 'pvh' = 'pvh',
): Promise<number> {
  const domid = await simulated.xen.domainCreate({ uuid: randomUUID(), type, maxVcpus: 1 });
  await simulated.store.write(`/local/domain/${domid}/name`, name);
  return domid;
}

/** Leaves the host no more than this to give away. */
export async function leaveFree(host: TestHost, mib: number): Promise<void> {
  const { machine } = host.simulated;
  const domid = await addForeignDomain(host, 'hog', 'pv');
  const pages = machine.physinfo().freePages - mib * 256;
  machine.domainSetmaxmem(domid, pages * 4);
  machine.populate(domid, 0, pages);
}
