import { bootOf } from '../../boot/boot-of.ts';
import { profileOf } from '../../types/index.ts';
import type { FillStep } from '../context.ts';

/** Loads the kernel and gives the domain its memory: what takes longest of all. */
export const build: FillStep = {
  name: 'build',
  about: ({ config }) =>
    config?.bootloader === undefined
      ? `${config?.kernel}${config?.ramdisk === undefined ? '' : ` with ${config.ramdisk}`}`
      : 'what was found',
  async run({ config, fetched, domid, ports, host, signal, onLog }) {
    const { kernel, ramdisk, cmdline } = bootOf({ config, fetched });
    const frames = await host.xen.domainBuild(
      domid,
      {
        ...profileOf(config).build(config),
        ...ports,
        kernel,
        ...(ramdisk === undefined ? {} : { ramdisk }),
        cmdline,
        maxVcpus: config.maxVcpus,
      },
      { signal, onLog },
    );
    return { frames };
  },
};
