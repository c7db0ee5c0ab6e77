import * as z from 'zod';
import type { Network } from '../../config/devices/network.ts';
import { networkIdOf } from '../../config/devices/network.ts';
import { formatRate, parseRate } from '../../config/devices/rate.ts';
import { backendOf, count, flag, flagOf, said, text } from './fields.ts';

/** libxl takes it for none. */
export const NO_MAC = '00:00:00:00:00:00';

/** The part of libxl_device_nic that a Network is made from, and what would make it another one. */
export const libxlNic = z.looseObject({
  backend_domid: count,
  backend_domname: text,
  devid: count,
  mtu: count,
  model: text,
  mac: text,
  ip: text,
  bridge: text,
  ifname: text,
  script: text,
  nictype: text,
  rate_bytes_per_interval: count,
  rate_interval_usecs: count,
  gatewaydev: text,
  trusted: flag,
  coloft_forwarddev: text,
  vlan: text,
});

export type LibxlNic = z.output<typeof libxlNic>;

/**
 * A network device as xl 4.17 writes it: what has its default is left out.
 *
 * @param place in the list, counted from 0
 */
export function toLibxlNic(network: Network, place: number): Record<string, unknown> {
  const rate = network.rate === undefined ? undefined : parseRate(network.rate);
  return said({
    backend_domname: network.backend,
    devid: networkIdOf(network, place),
    mtu: network.mtu,
    model: network.model,
    mac: network.mac,
    ip: network.ip,
    bridge: network.bridge,
    ifname: network.vifname,
    script: network.script,
    nictype: network.type === 'ioemu' ? 'vif_ioemu' : network.type,
    rate_bytes_per_interval: rate?.bytesPerInterval,
    rate_interval_usecs: rate?.intervalUsecs,
    gatewaydev: network.gatewayDevice,
    trusted: flagOf(network.trusted),
  });
}

/** The fields of a Network, for its schema to judge. */
export function fromLibxlNic(nic: LibxlNic, place: number): Record<string, unknown> {
  return said({
    id: nic.devid === place ? undefined : nic.devid,
    mac: nic.mac === NO_MAC ? undefined : nic.mac,
    bridge: nic.bridge,
    script: nic.script,
    ip: nic.ip,
    rate: rateOf(nic),
    vifname: nic.ifname,
    mtu: nic.mtu === 0 ? undefined : nic.mtu,
    model: nic.model,
    type: nic.nictype === 'unknown' ? undefined : nic.nictype,
    gatewayDevice: nic.gatewaydev,
    backend: backendOf(nic),
    trusted: nic.trusted,
  });
}

/** The clause for what no network device of these tools can be; undefined if there is nothing of it. */
export function foreignInNic({ nictype, coloft_forwarddev, vlan }: LibxlNic): string | undefined {
  if (nictype === 'vif_ioemu') return 'is an emulated card';
  if (vlan !== undefined) return 'is in a VLAN';
  return coloft_forwarddev === undefined ? undefined : 'is replicated by COLO';
}

/** An interval without bytes limits nothing, in libxl as here. */
function rateOf({
  rate_bytes_per_interval: bytes = 0,
  rate_interval_usecs: usecs = 0,
}: LibxlNic): string | undefined {
  if (bytes === 0 || usecs === 0) return undefined;
  return formatRate({ bytesPerInterval: bytes, intervalUsecs: usecs });
}
