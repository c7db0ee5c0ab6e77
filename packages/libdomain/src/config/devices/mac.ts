import { randomBytes } from 'node:crypto';
import type { Network } from './network.ts';

/** The range of the Xen project, within which toolstacks make addresses up: 00:16:3e:00:00:00 to 00:16:3e:7f:ff:ff. */
const XEN = [0x00, 0x16, 0x3e];

/** An address for a network device, as libxl makes one up: in Xen's range, 23 bits of it random. */
export function randomMac(): string {
  const [high = 0, ...low] = randomBytes(3);
  return [...XEN, high & 0x7f, ...low].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/**
 * The same configuration, in which every network device has an address. It is made up once, when the domain is
 * created, and is kept with it: a guest that restarts, is restored or moves has the addresses that it had.
 */
export function withMacs<Config extends { readonly networks: readonly Network[] }>(config: Config): Config {
  const taken = new Set(config.networks.map(({ mac }) => mac));
  const networks = config.networks.map((network) => {
    if (network.mac !== undefined) return network;
    let mac = randomMac();
    while (taken.has(mac)) mac = randomMac();
    taken.add(mac);
    return { ...network, mac };
  });
  return { ...config, networks };
}
