import { memoryNeed } from '../../memory.ts';
import { requireMemory, reservationsOf } from '../../reservations.ts';
import type { Step } from '../../step/step.ts';
import type { Sized, Wanted } from '../context.ts';

const mib = (kib: number): string => `${Math.ceil(kib / 1024)} MiB`;

/** Xen would tell only after minutes of populating, in the words "can't allocate low memory". */
export const checkMemory: Step<Wanted, Sized> = {
  name: 'check-memory',
  about: ({ config }) =>
    config === undefined ? 'enough memory is free' : `${mib(config.memoryKib)} and overhead are free`,
  async run({ config, host }) {
    const info = await host.xen.physinfo();
    requireMemory(config, info, reservationsOf(host).promisedKib(config.uuid));
    return { memory: memoryNeed(config, info) };
  },
};
