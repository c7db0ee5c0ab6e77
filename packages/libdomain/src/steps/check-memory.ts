import { VmToolsError } from '@vm-tools/errors';
import { freeKib, memoryNeed } from '../memory.ts';
import type { Step } from '../step/step.ts';
import type { Sized, Wanted } from './context.ts';

const mib = (kib: number): string => `${Math.ceil(kib / 1024)} MiB`;

/** Xen would tell only after minutes of populating, in the words "can't allocate low memory". */
export const checkMemory: Step<Wanted, Sized> = {
  name: 'check-memory',
  about: ({ config }) =>
    config === undefined ? 'enough memory is free' : `${mib(config.memoryKib)} and overhead are free`,
  async run({ config, host }) {
    const info = await host.xen.physinfo();
    const memory = memoryNeed(config, info);
    const free = freeKib(info);
    if (memory.needKib > free) {
      throw new VmToolsError({
        code: 'DOMAIN_NO_MEMORY',
        kind: 'resource',
        message: `${config.name} needs ${mib(memory.needKib)} (${mib(config.memoryKib)} and ${mib(memory.needKib - config.memoryKib)} of overhead) and this host has ${Math.floor(free / 1024)} MiB free`,
        hint: 'free memory on this host, or give the domain less',
        details: { needKib: memory.needKib, freeKib: free },
      });
    }
    return { memory };
  },
};
