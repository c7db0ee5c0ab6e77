import { channelIdOf } from '../../config/devices/channel.ts';
import { isHere } from '../../config/devices/is-here.ts';
import { vdevNumber } from '../../config/devices/vdev.ts';
import type { Host } from '../../host.ts';
import { awaitBackend } from '../backend/await-backend.ts';
import type { Device } from '../nodes/list-devices.ts';
import { deviceAt } from '../nodes/write-device.ts';
import type { ServedGuest } from './arguments.ts';
import { isForQemu } from './needs-qemu.ts';
import { qemuLogPath } from './paths.ts';

/**
 * Waits until the qemu of a domain has taken the disks, screens, channels and folders that it is to serve. Of one that it cannot
 * serve it says so in its log, and nowhere else.
 *
 * @throws DOMAIN_DEVICE_NO_BACKEND of kind timeout, with the states of both ends
 */
export async function awaitServed(host: Host, guest: ServedGuest, signal: AbortSignal): Promise<void> {
  const hint = `see the log of its qemu, ${qemuLogPath(host, guest.name)}`;
  await Promise.all(servedOf(guest).map((device) => awaitBackend(host, device, hint, signal)));
}

function servedOf({ domid, disks, framebuffers, channels, shares }: ServedGuest): readonly Device[] {
  const at = (kind: string, id: number | undefined, backendKind = kind): Device =>
    deviceAt({ domid, kind, id: `${id}`, backendDomid: 0, nodes: { backendKind } });
  const here = (
    kind: string,
    list: readonly { readonly backend?: string }[],
    idOf: (place: number) => number,
  ) => list.flatMap((each, place) => (isHere(each) ? [at(kind, idOf(place))] : []));
  return [
    ...disks.filter(isForQemu).map(({ vdev }) => at('vbd', vdevNumber(vdev), 'qdisk')),
    ...framebuffers.flatMap((_, place) => [at('vfb', place), at('vkbd', place)]),
    ...here('9pfs', shares, (place) => place),
    ...here('console', channels, channelIdOf),
  ];
}
