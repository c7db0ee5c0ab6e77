import { wrongUse } from '@vm-tools/cli';
import { parsePlacedConfig, randomMac, type PlacedConfig } from '@vm-tools/libdomain';
import type { GuestFiles } from './places.ts';
import type { WantedGuest } from './wanted-guest.ts';

/** What an option says, or what follows from the image. */
const OWN_KEYS = ['name', 'memory', 'vcpus', 'type', 'disks', 'networks', 'bootloader'];

export interface ConfigInit {
  readonly files: GuestFiles;
  /** GRUB, unless a setting names a kernel */
  readonly grub: string;
  readonly settings: readonly string[];
  readonly onWarning: (warning: string) => void;
}

/**
 * The configuration of a guest from an image; `key=value` of the command line adds what no option says. Its network
 * device has an address already, by which the guest is told what to do with it.
 *
 * @throws VmToolsError USAGE, CONFIG_…
 */
export function guestConfig(
  guest: WantedGuest,
  { files, grub, settings, onWarning }: ConfigInit,
): PlacedConfig {
  const { name, memoryMib, vcpus, bridge } = guest;
  for (const key of settings.map(keyOf))
    if (OWN_KEYS.includes(key))
      throw wrongUse(`${key}= is not for a guest from an image`, 'use the options: vm-create --help');
  const config = {
    name,
    type: 'pvh',
    kernel: grub,
    memory: memoryMib,
    vcpus,
    disks: [
      { target: files.disk, vdev: 'xvda', format: 'qcow2' },
      { target: files.seed, vdev: 'xvdb', format: 'raw', access: 'ro' },
    ],
    networks: [{ mac: randomMac(), ...(bridge === undefined ? {} : { bridge }) }],
  };
  return parsePlacedConfig(JSON.stringify(config), 'command line', { overrides: settings, onWarning });
}

/** Whether a setting names a kernel, so that none has to be found on the disk. */
export function namesKernel(settings: readonly string[]): boolean {
  return settings.some((setting) => keyOf(setting) === 'kernel');
}

function keyOf(setting: string): string {
  return setting.slice(0, setting.indexOf('=')).trim();
}
