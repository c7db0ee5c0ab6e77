import { readFile } from 'node:fs/promises';
import type { SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import type { DomainConfig } from '../config/schema.ts';
import { diskSchema, type Disk, type DiskInput } from '../config/devices/disk.ts';
import { networkSchema, type Network, type NetworkInput } from '../config/devices/network.ts';
import type { Domain } from '../domain.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { userdataPath } from '../paths.ts';
import { configWithDevices, imageFile } from './guest-with-devices.ts';

/** A disk of an image of this name, which is made. */
export async function diskOf(
  host: SimulatedHost,
  name: string,
  more: Partial<DiskInput> & { readonly vdev: string },
): Promise<{ readonly disk: Disk }> {
  const format = name.endsWith('.qcow2') ? 'qcow2' : 'raw';
  return { disk: diskSchema.parse({ target: await imageFile(host, name), format, ...more }) };
}

export function networkOf(fields: NetworkInput): { readonly network: Network } {
  return { network: networkSchema.parse(fields) };
}

/** A running guest with one raw disk, xvda, and one network device. */
export async function guestWithOneOfEach(
  host: SimulatedHost,
  more: Partial<DomainConfig> = {},
): Promise<Domain> {
  const config = await configWithDevices(host, more);
  const [disk] = config.disks;
  const [network] = config.networks;
  return createDomain(host, { ...config, disks: [disk!], networks: [network!] });
}

/** The configuration that is stored with a domain. */
export async function storedConfig(
  host: SimulatedHost,
  { domid, uuid }: Pick<Domain, 'domid' | 'uuid'>,
): Promise<DomainConfig> {
  return fromLibxlJson(await readFile(userdataPath(host, domid, uuid), 'utf8'));
}

/** Resolves when a guest has connected a device, by kind and number: "vbd/51728". */
export async function untilConnected(host: SimulatedHost, domid: number, device: string): Promise<void> {
  const path = `/local/domain/${domid}/device/${device}/state`;
  const isConnected = async (): Promise<true | undefined> =>
    (await host.store.read(path)) === '4' ? true : undefined;
  await host.store.waitFor(path, isConnected, { timeoutMs: 30_000, what: `${device} to connect` });
}
