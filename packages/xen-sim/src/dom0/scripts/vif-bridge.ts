import type { ScriptRun } from '@vm-tools/dom0';
import { ScriptFailure, type Script, type ScriptWorld } from './script.ts';

const BRIDGE_MTU = '1500';

/** Debian's /etc/xen/scripts/vif-bridge. */
export const vifBridge: Script = async (world, path, run) => {
  const [command] = run.args;
  const vifname = await world.store.read(`${path}/vifname`);
  if (command === 'online' || command === 'add') await online(world, path, run, vifname);
  else world.network.leave(nameOf(run, vifname));
};

async function online(
  { store, network }: ScriptWorld,
  path: string,
  run: ScriptRun,
  vifname: string | undefined,
): Promise<void> {
  const bridge = (await store.read(`${path}/bridge`)) ?? '';
  const name = nameOf(run, vifname);
  if (!isTap(run)) {
    const device = run.env['vif'] ?? '';
    if (vifname !== undefined) network.rename(device, vifname);
    if (!network.hasDevice(name))
      throw new ScriptFailure(
        'error',
        `ip link set dev ${device} down failed: Cannot find device "${device}"`,
      );
  }
  if (!network.hasBridge(bridge)) throw new ScriptFailure('error', `Could not find bridge device ${bridge}`);
  await setMtu({ store }, path, name);
  network.join(bridge, name);
  if (!isTap(run)) await store.write(`${path}/hotplug-status`, 'connected');
}

/**
 * It makes the path of the frontend from the name of the device. Of one that has another name it makes nodes of its
 * own in the place where domains are, which stay.
 */
async function setMtu({ store }: Pick<ScriptWorld, 'store'>, path: string, name: string): Promise<void> {
  const mtu = (await store.read(`${path}/mtu`)) ?? BRIDGE_MTU;
  const [, domid = name, id = name] = /^vif(\d+)\.(\d+)/.exec(name) ?? [];
  await store.write(`/local/domain/${domid}/device/vif/${id}/mtu`, mtu);
}

function isTap({ args }: ScriptRun): boolean {
  return args.includes('type_if=tap');
}

function nameOf(run: ScriptRun, vifname: string | undefined): string {
  if (isTap(run)) return run.env['INTERFACE'] ?? '';
  return vifname ?? run.env['vif'] ?? '';
}
