import { domainConfigSchema, fromLibxlJson, toLibxlJson } from '@vm-tools/libdomain';
import { verdictOf } from '../expect-error.ts';
import { bottomless, damagedJson } from '../mutate/json.ts';
import { must, type Target } from '../target.ts';

const CODES = /^IMAGE_(UNSUPPORTED|CONFIG_CORRUPT)$/;

/** The configuration of a domain, as it comes in an image and in an offer. */
export function libxlJsonTarget(): Target {
  const config = domainConfigSchema.parse({
    name: 'guest',
    uuid: '0f0e0d0c-0b0a-0908-0706-050403020100',
    type: 'pvh',
    kernel: '/boot/kernel',
    memoryKib: 4096,
    vcpus: 2,
    cpuPolicy: { features: ['fpu', 'aesni', 'avx2'], leaves: { basic: 13, features: 0, extended: 8 } },
    disks: [
      { target: '/a.img', vdev: 'xvda', discard: false },
      { target: 'vol', vdev: 'xvdb', script: 'block-x', backend: 'storage', trusted: true },
      { vdev: 'hdc', type: 'cdrom', format: 'empty' },
    ],
    networks: [
      { mac: '00:16:3e:00:00:01', bridge: 'br0' },
      { id: 4, rate: '10Mb/s', ip: '192.0.2.1' },
    ],
  });
  const libxl: unknown = JSON.parse(toLibxlJson(config));
  return {
    name: 'libxl JSON',
    group: 'control',
    weight: 6,
    make: (random) => [random.oneIn(200) ? bottomless(random) : damagedJson(random, libxl)],
    feed(input) {
      const read = (): void => {
        const found = fromLibxlJson(Buffer.concat(input).toString());
        // A new domain needs a kernel that can be found and 1 MiB, and has no action that only xl can do.
        const memoryKib = Math.max(found.memoryKib, 1024);
        const maxMemoryKib = Math.max(found.maxMemoryKib, memoryKib);
        const asNew = {
          ...found,
          memoryKib,
          maxMemoryKib,
          kernel: '/k',
          ramdisk: '/r',
          onPoweroff: 'destroy',
          onReboot: 'destroy',
        };
        const again = domainConfigSchema.safeParse({ ...asNew, onCrash: 'destroy', cmdline: '' });
        must(again.success, `a configuration was accepted that is none: ${again.error?.message ?? ''}`);
        must(!/[\0-\x1f/]/.test(found.name), 'a name was accepted that is part of a path');
      };
      return verdictOf(read, { codes: CODES });
    },
  };
}
