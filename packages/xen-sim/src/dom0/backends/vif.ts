import type { Network } from '../parts/network.ts';
import type { Traffic } from '../parts/traffic.ts';
import type { BackendDriver, BackendPlace } from './backend-driver.ts';

const FEATURES = {
  'feature-sg': '1',
  'feature-gso-tcpv4': '1',
  'feature-gso-tcpv6': '1',
  'feature-ipv6-csum-offload': '1',
  'feature-rx-copy': '1',
  'feature-xdp-headroom': '1',
  'feature-rx-flip': '0',
  'feature-multicast-control': '1',
  'feature-dynamic-multicast-control': '1',
  'feature-split-event-channels': '1',
  'multi-queue-max-queues': '2',
  'feature-ctrl-ring': '1',
};

/** xen-netback of Linux 6.1: has a network device from the beginning, and waits for the script that connects it. */
export function netback(network: Network, traffic: Traffic): BackendDriver {
  /** as scripts may have renamed it */
  const names = new Map<string, string>();
  const deviceOf = ({ domid, id }: BackendPlace): string => `vif${domid}.${id}`;
  return {
    kind: 'vif',
    fault: 'backend.vif',
    async probe(place) {
      network.addDevice(deviceOf(place));
      names.set(place.path, (await place.store.read(`${place.path}/vifname`)) ?? deviceOf(place));
      return FEATURES;
    },
    async connect(place) {
      const { path, store } = place;
      const status = await store.read(`${path}/hotplug-status`);
      if (status !== undefined && status !== 'connected') return undefined;
      traffic.begin('vif', place);
      return {};
    },
    remove(place) {
      traffic.end(place);
      for (const name of [deviceOf(place), names.get(place.path) ?? deviceOf(place)])
        network.removeDevice(name);
      names.delete(place.path);
    },
  };
}
