import { requireDisk } from '../../devices/disks/require-disk.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks at the targets of all disks. */
export const checkDisks: Step<Wanted> = {
  name: 'check-disks',
  about: ({ config }) =>
    `the targets of ${config?.disks.map(({ vdev }) => vdev).join(', ')} are there and free`,
  async run({ config, host }) {
    for (const disk of config.disks) await requireDisk(host, disk);
    return {};
  },
};
