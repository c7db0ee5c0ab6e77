import { domainPath, vmPath } from '../paths.ts';
import type { Step } from '../step/step.ts';
import type { Filled, Made, Wanted, Wired } from './context.ts';

/** What the guest reads about itself as soon as it runs. Undone with the skeleton around it. */
export const bootEntries: Step<Wanted & Made & Wired & Filled> = {
  name: 'boot-entries',
  about: () => 'memory, vCPUs, xenstore ring, image',
  async run({ config, domid, ports, frames, host, signal }) {
    const entries: Record<string, string> = {
      'memory/static-max': `${config.maxMemoryKib}`,
      'memory/target': `${config.memoryKib}`,
      'memory/videoram': '0',
      domid: `${domid}`,
      'store/port': `${ports.storePort}`,
      'store/ring-ref': `${frames.storeFrame}`,
    };
    for (let vcpu = 0; vcpu < config.vcpus; vcpu++) entries[`cpu/${vcpu}/availability`] = 'online';
    const startTime = { start_time: (Date.now() / 1000).toFixed(2) };
    const image = config.type === 'pv' ? { ...startTime, ...imageEntries(config) } : startTime;
    await host.store.transaction(
      async (tx) => {
        for (const [name, value] of Object.entries(entries))
          await tx.write(`${domainPath(domid)}/${name}`, value);
        for (const [name, value] of Object.entries(image))
          await tx.write(`${vmPath(config.uuid)}/${name}`, value);
      },
      { signal },
    );
    return {};
  },
};

/** libxl writes these for PV alone. The command line of a PVH guest may be longer than a value of xenstore can be. */
function imageEntries({ kernel, ramdisk, cmdline }: Wanted['config']): Record<string, string> {
  return {
    'image/kernel': kernel,
    ...(ramdisk === undefined ? {} : { 'image/ramdisk': ramdisk }),
    'image/cmdline': cmdline,
  };
}
