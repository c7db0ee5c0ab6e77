import { VmToolsError } from '@vm-tools/errors';
import { DEFAULT_BRIDGE, DEFAULT_NETWORK_SCRIPT, type Network } from '../../config/devices/network.ts';
import { isHere } from '../../config/devices/is-here.ts';
import type { Host } from '../../host.ts';
import { requireScript } from '../hotplug/require-script.ts';

/**
 * Looks for the bridge that a network device is to join, and for the script that puts it there. Other scripts than the
 * default one have their own idea of what a bridge is.
 *
 * @throws DOMAIN_NO_BRIDGE, DOM0_SCRIPT_MISSING of kind usage
 */
export async function requireBridge(host: Host, network: Network): Promise<void> {
  const { bridge = DEFAULT_BRIDGE, script = DEFAULT_NETWORK_SCRIPT, backend } = network;
  if (!isHere({ backend })) return;
  await requireScript(host, script);
  if (script !== DEFAULT_NETWORK_SCRIPT || (await host.dom0.hasBridge(bridge))) return;
  throw new VmToolsError({
    code: 'DOMAIN_NO_BRIDGE',
    kind: 'usage',
    message: `there is no bridge ${bridge} on this host, which a network device is to join`,
    hint: `make it: ip link add ${bridge} type bridge && ip link set ${bridge} up; or name another`,
    details: { bridge },
  });
}
