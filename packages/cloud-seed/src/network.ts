import { isIPv4, isIPv6 } from 'node:net';

/** A fixed address of the first network device. */
export interface FixedNetwork {
  /** with the length of its prefix: "192.0.2.10/24" or "2001:db8::10/64" */
  readonly address: string;
  readonly gateway?: string | undefined;
  readonly nameservers?: readonly string[] | undefined;
}

/** Why that is no address with a prefix, as in "must be …"; undefined if it is one. */
export function addressFault(text: string): string | undefined {
  const [, address = '', prefix = ''] = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text) ?? [];
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  if (bits === 0) return 'must be an address with its prefix, as 192.0.2.10/24 is';
  return Number(prefix) >= 1 && Number(prefix) <= bits ? undefined : `must have a prefix of 1 to ${bits}`;
}

/** Why that is no address, as in "must be …"; undefined if it is one. */
export function hostAddressFault(text: string): string | undefined {
  return isIPv4(text) || isIPv6(text) ? undefined : 'must be an address, as 192.0.2.1 is';
}

/**
 * The network in the form that cloud-init and netplan share (version 2). The device is known by its MAC address, because
 * its name is for the guest to choose.
 */
export function networkConfig(mac: string, { address, gateway, nameservers = [] }: FixedNetwork): object {
  const isV4 = !address.includes(':');
  return {
    version: 2,
    ethernets: {
      primary: {
        match: { macaddress: mac.toLowerCase() },
        addresses: [address],
        // "via" of a route, and not gateway4, which netplan calls deprecated.
        ...(gateway === undefined ? {} : { routes: [{ to: isV4 ? '0.0.0.0/0' : '::/0', via: gateway }] }),
        ...(nameservers.length === 0 ? {} : { nameservers: { addresses: nameservers } }),
      },
    },
  };
}
