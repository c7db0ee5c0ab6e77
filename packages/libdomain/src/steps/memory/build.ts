import { kernelOf } from '../../config/kernel-of.ts';
import { profileOf } from '../../types/index.ts';
import type { FillStep } from '../context.ts';

/** Loads the kernel and gives the domain its memory: what takes longest of all. */
export const build: FillStep = {
  name: 'build',
  about: ({ config }) => `${config?.kernel}${config?.ramdisk === undefined ? '' : ` with ${config.ramdisk}`}`,
  async run({ config, domid, ports, host, signal, onLog }) {
    const frames = await host.xen.domainBuild(
      domid,
      {
        ...profileOf(config).build(config),
        ...ports,
        kernel: kernelOf(config),
        ...(config.ramdisk === undefined ? {} : { ramdisk: config.ramdisk }),
        cmdline: config.cmdline,
        maxVcpus: config.vcpus,
      },
      { signal, onLog },
    );
    return { frames };
  },
};
