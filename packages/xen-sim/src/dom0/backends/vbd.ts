import type { BlockDevices } from '../parts/block-devices.ts';
import type { LoopDevices } from '../parts/loop-devices.ts';
import type { Traffic } from '../parts/traffic.ts';
import type { BackendDriver } from './backend-driver.ts';

const SECTOR_BYTES = 512;
/** VDISK_READONLY */
const READ_ONLY = '4';

/** xen-blkback of Linux 6.1: opens the device as soon as its numbers are there, which are for a script to write. */
export function blkback(blocks: BlockDevices, loops: LoopDevices, traffic: Traffic): BackendDriver {
  /** what closes the loop devices that are in use, by the path of the backend */
  const opened = new Map<string, () => void>();
  return {
    kind: 'vbd',
    fault: 'backend.vbd',
    probe: () => Promise.resolve({ 'multi-queue-max-queues': '2', 'max-ring-page-order': '4' }),
    async connect(place) {
      const { path, store } = place;
      const numbers = await store.read(`${path}/physical-device`);
      if (numbers === undefined) return undefined;
      const device = await blocks.numbered(numbers, await store.read(`${path}/physical-device-path`));
      if (device === undefined) return undefined;
      const loop = (await store.read(`${path}/node`)) ?? '';
      const found = loops.at(loop);
      if (found !== undefined && !opened.has(path)) opened.set(path, loops.open(found));
      traffic.begin('vbd', place);
      return {
        'feature-flush-cache': '1',
        'feature-discard': '0',
        'feature-barrier': '1',
        'feature-persistent': '1',
        'feature-max-indirect-segments': '256',
        sectors: String(Math.floor(device.bytes / SECTOR_BYTES)),
        info: (await store.read(`${path}/mode`)) === 'w' ? '0' : READ_ONLY,
        'sector-size': String(SECTOR_BYTES),
        'physical-sector-size': String(SECTOR_BYTES),
      };
    },
    disconnect(place) {
      const { path } = place;
      traffic.end(place);
      opened.get(path)?.();
      opened.delete(path);
    },
  };
}
