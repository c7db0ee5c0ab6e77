import { randomUUID } from 'node:crypto';
import { ManualClock } from '@vm-tools/ratelimit';
import type { RestoreSpec } from '@vm-tools/xc-native';
import { Machine, type MachineDomain, type MachineOptions } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';

/** A machine on which time stands still. */
export function machineFor(options: MachineOptions = {}): Machine {
  return new Machine({ memoryMib: 4096, clock: new ManualClock(), ...options });
}

/** A domain as a toolstack has it when it is about to be built or restored. */
export function emptyDomain(
  machine: Machine,
  { type = 'pvh', mib = 16, vcpus = 2 }: { type?: 'pv' | 'pvh'; mib?: number; vcpus?: number } = {},
): MachineDomain {
  const domid = machine.domainCreate({ uuid: randomUUID(), type, maxVcpus: vcpus });
  machine.domainMaxVcpus(domid, vcpus);
  machine.domainSetmaxmem(domid, (mib + 1) * 1024);
  if (type === 'pvh') machine.setPagingMempoolSize(domid, 2 * 1024 ** 2);
  return machine.requireDomain(domid, 'test');
}

/** A PVH domain of a few pages and its rings, which runs. */
export function smallGuest(machine: Machine, pages = 40): MachineDomain {
  const domain = emptyDomain(machine);
  machine.populate(domain.domid, 0, pages);
  machine.populate(domain.domid, STORE_PFN, 1);
  machine.populate(domain.domid, CONSOLE_PFN, 1);
  domain.hvmParams.set(1, BigInt(STORE_PFN)).set(17, BigInt(CONSOLE_PFN)).set(36, 2n);
  for (let gfn = 0; gfn < pages; gfn += 3) {
    domain.memory.writeRecipe(gfn, { seed: 7, version: gfn, entropy: 'text' });
  }
  domain.memory.writePage(1, Buffer.alloc(PAGE_BYTES, 'an odd page '));
  machine.markBuilt(domain.domid);
  machine.domainUnpause(domain.domid);
  return domain;
}

// Not where libxenguest puts them, so that the address space of a small guest is small.
export const STORE_PFN = 60;
export const CONSOLE_PFN = 63;

export const pvhSpec: RestoreSpec = {
  type: 'pvh',
  storePort: 3,
  storeDomid: 0,
  consolePort: 4,
  consoleDomid: 0,
};

/** A callback that suspends a guest at once. */
export function suspends(machine: Machine, { domid }: MachineDomain): () => Promise<void> {
  return () => {
    machine.guestShutdown(domid, 'suspend');
    return Promise.resolve();
  };
}
