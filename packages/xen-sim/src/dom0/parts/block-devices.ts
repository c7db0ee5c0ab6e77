import { nativeDom0, type FileFacts } from '@vm-tools/dom0';
import type { LoopDevices } from './loop-devices.ts';

export const LOOP_MAJOR = 7;
/** As device-mapper often has it, of which logical volumes are. */
const VOLUME_MAJOR = 254;

export interface BlockDevice {
  readonly major: number;
  readonly minor: number;
  readonly bytes: number;
}

const LOOP_PATH = /^\/dev\/loop\d+$/;

/**
 * The block devices of a simulated host, which are those of its scenario and its loop devices, and the files of this
 * machine.
 */
export class BlockDevices {
  readonly #volumes: ReadonlyMap<string, BlockDevice>;
  readonly #loops: LoopDevices;
  readonly #files = nativeDom0();

  /** @param volumes bytes by path: "/dev/vg/web" */
  constructor(volumes: Readonly<Record<string, number>>, loops: LoopDevices) {
    const entries = Object.entries(volumes);
    this.#volumes = new Map(
      entries.map(([path, bytes], minor) => [path, { major: VOLUME_MAJOR, minor, bytes }]),
    );
    this.#loops = loops;
  }

  isVolume(path: string): boolean {
    return this.#volumes.has(path);
  }

  async lookAt(path: string): Promise<FileFacts> {
    const device = this.#volumes.get(path) ?? this.#loops.at(path);
    if (device !== undefined) {
      const { major, minor, bytes } = device;
      return { is: 'block', major, minor, bytes };
    }
    // Those of this machine are no part of a simulated host.
    return LOOP_PATH.test(path) ? { is: 'absent' } : this.#files.lookAt(path);
  }

  /** The device of a node `physical-device`: hexadecimal, "7:1a". */
  async numbered(numbers: string, path: string | undefined): Promise<BlockDevice | undefined> {
    const [major = NaN, minor = NaN] = numbers.split(':').map((number) => parseInt(number, 16));
    if (major === LOOP_MAJOR) return this.#loops.numbered(minor);
    const isIt = (device: BlockDevice): boolean => device.major === major && device.minor === minor;
    const volume = [...this.#volumes.values()].find(isIt);
    if (volume !== undefined || path === undefined) return volume;
    const found = await this.#files.lookAt(path);
    return found.is === 'block' && isIt(found) ? found : undefined;
  }
}

/** As `stat -c %t:%T` and the kernel write it. */
export function deviceNumbers({ major, minor }: Pick<BlockDevice, 'major' | 'minor'>): string {
  return `${major.toString(16)}:${minor.toString(16)}`;
}
