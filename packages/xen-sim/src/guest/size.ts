import { messageOf } from '@vm-tools/errors';
import type { Machine, MachineDomain } from '../machine/index.ts';
import { missingMemory, spareMemory } from './pages/free-pages.ts';
import type { Program } from './program.ts';

/** How much of its domain a guest uses: its memory and its vCPUs. */
export interface GuestSize {
  /** pages that it has */
  readonly pages: () => number;
  /** Gives memory back or takes more, as far as that can be done. @returns why it could not be done */
  readonly resize: (pages: number) => string | undefined;
  readonly setVcpus: (online: number) => void;
}

/** What a guest changes of its domain when the toolstack wants it to. */
export function sizeOf(machine: Machine, domain: MachineDomain, program: Program): GuestSize {
  const { domid } = domain;
  return {
    pages: () => domain.totPages,
    resize(wanted) {
      const more = wanted - domain.totPages;
      if (more < 0) {
        for (const [start, count] of spareMemory(domain.memory, program.state.set, -more))
          machine.depopulate(domid, start, count);
        return undefined;
      }
      try {
        for (const [start, count] of missingMemory(domain.memory, more))
          machine.populate(domid, start, count);
        return undefined;
      } catch (thrown) {
        return messageOf(thrown); // Xen gives no more: the guest makes do with what it has
      }
    },
    setVcpus(online) {
      domain.catchUp();
      domain.onlineVcpus = Math.min(online, domain.vcpus);
      domain.program?.paceChanged?.();
    },
  };
}
