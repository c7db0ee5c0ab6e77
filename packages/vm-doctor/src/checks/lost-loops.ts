import { listLostLoops, removeLostLoop } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Loop devices that hotplug scripts have set up for disks that are gone: each keeps its file, and the file its space. */
export const lostLoops: HealthCheck = {
  name: 'lost-loops',
  async look({ host }) {
    const found: Finding[] = [];
    for (const loop of await listLostLoops(host)) {
      const { domid, uuid, file, path } = loop;
      if (uuid !== undefined && !(await isIdle(host, { uuid }))) continue; // its disk may be on its way out
      found.push({
        about: path,
        message: `it was set up for a disk of domain ${domid}, which has it no more, and keeps ${file} open`,
        remedy: 'take it away; the file stays as it is',
        fix: () => removeLostLoop(host, loop),
      });
    }
    return found;
  },
};
