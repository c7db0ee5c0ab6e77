import {
  DEFAULT_BRIDGE,
  DEFAULT_NETWORK_SCRIPT,
  networkIdOf,
  type Network,
} from '../../config/devices/network.ts';
import { parseRate } from '../../config/devices/rate.ts';
import type { Host } from '../../host.ts';
import { awaitBackend } from '../backend/await-backend.ts';
import { backendPlace } from '../backend/backend-place.ts';
import { closeBackend } from '../backend/close-backend.ts';
import { xenbus } from '../backend/xenbus.ts';
import { setUp, tearDown, type HotplugCall } from '../hotplug/run-hotplug.ts';
import { scriptPath } from '../hotplug/script-path.ts';
import type { DeviceKind, Entries, PluggableDevice } from '../kind.ts';
import type { Device } from '../nodes/list-devices.ts';

/** What a frontend may count on anyway; libxl writes no other where none is asked for. */
const DEFAULT_MTU = 1500;

/** Entries that are there only when they are asked for. */
function asked(entries: Readonly<Record<string, string | undefined>>): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Entries;
}

function rateEntry(rate: string | undefined): string | undefined {
  const parsed = rate === undefined ? undefined : parseRate(rate);
  return parsed && `${parsed.bytesPerInterval},${parsed.intervalUsecs}`;
}

function backendEntries(network: Network, handle: string): Entries {
  const { mac = '', bridge = DEFAULT_BRIDGE, script = DEFAULT_NETWORK_SCRIPT, mtu = DEFAULT_MTU } = network;
  return asked({
    script: scriptPath(script),
    vifname: network.vifname,
    mac,
    ip: network.ip,
    gatewaydev: network.gatewayDevice,
    rate: rateEntry(network.rate),
    mtu: mtu === DEFAULT_MTU ? undefined : `${mtu}`,
    bridge,
    handle,
    type: 'vif',
    // netback waits for the script because of it, and then for no other value than "connected".
    'hotplug-status': '',
  });
}

/**
 * The device that a network device of a domain is.
 *
 * @param position in the list, counted from 0, of one that has no number of its own
 */
export function planNetwork(network: Network, position: number): PluggableDevice {
  const id = `${networkIdOf(network, position)}`;
  const { mac = '', mtu = DEFAULT_MTU, bridge = DEFAULT_BRIDGE } = network;
  return {
    id,
    name: `network-${id}`,
    about: `network device ${id} on ${bridge}${mac === '' ? '' : ` with ${mac}`}`,
    backend: network.backend,
    nodes: () => ({
      frontendOwner: 'guest',
      frontend: {
        state: xenbus('initialising'),
        handle: id,
        mac,
        trusted: network.trusted === false ? '0' : '1',
      },
      readOnly: { mtu: `${mtu}` },
      backendKind: 'vif',
      backend: backendEntries(network, id),
    }),
  };
}

/** The environment that scripts for network devices have besides the common one. */
async function call({ store }: Host, device: Device, action: 'online' | 'offline'): Promise<HotplugCall> {
  const netdev = (await store.read(`${device.toolstack}/gatewaydev`)) ?? '';
  const vif = `vif${backendPlace(device)?.domid ?? 0}.${device.id}`;
  return { args: [action, 'type_if=vif'], env: { netdev, vif } };
}

async function plug(host: Host, device: Device, signal: AbortSignal): Promise<void> {
  await awaitBackend(host, device, 'load the driver of network devices: modprobe xen-netback', signal);
  await setUp(host, device, await call(host, device, 'online'), signal);
}

/** The call is made up first: it reads nodes that closing does not touch, but which another toolstack may remove. */
async function unplug(host: Host, device: Device, signal?: AbortSignal): Promise<void> {
  const offline = await call(host, device, 'offline');
  await closeBackend(host, device, signal);
  await tearDown(host, device, offline, signal);
}

/** Virtual network devices. */
export const VIF: DeviceKind = {
  name: 'vif',
  of: ({ networks }) => networks.map(planNetwork),
  saved: 'config',
  plug,
  unplug,
};
