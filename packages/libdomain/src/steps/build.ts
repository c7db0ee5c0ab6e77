import type { FillStep } from '../actions/plan-domain.ts';
import { kernelOf } from '../config/kernel-of.ts';
import { layoutPvh } from '../pvh/layout-pvh.ts';

/** Loads the kernel and gives the domain its memory: what takes longest of all. */
export const build: FillStep = {
  name: 'build',
  about: ({ config }) => `${config?.kernel}${config?.ramdisk === undefined ? '' : ` with ${config.ramdisk}`}`,
  async run({ config, domid, ports, host, signal, onLog }) {
    const memory =
      config.type === 'pvh'
        ? layoutPvh(config)
        : { targetKib: config.memoryKib, maxKib: config.maxMemoryKib };
    const frames = await host.xen.domainBuild(
      domid,
      {
        ...memory,
        ...ports,
        type: config.type,
        kernel: kernelOf(config),
        ...(config.ramdisk === undefined ? {} : { ramdisk: config.ramdisk }),
        cmdline: config.cmdline,
        maxVcpus: config.vcpus,
      },
      { signal, ...(onLog === undefined ? {} : { onLog }) },
    );
    return { frames };
  },
};
