import { join } from 'node:path';
import type { BootloaderRun } from '@vm-tools/dom0';
import type { DomainConfig } from '../config/schema.ts';
import type { Host } from '../host.ts';
import { userdataFolder, xenLogPath } from '../paths.ts';
import { requireBootDisk } from './require-boot-disk.ts';

/** A bootloader of a domain, with the arguments that libxl gives it. */
export function bootloaderRun(
  host: Pick<Host, 'root'>,
  config: DomainConfig & { readonly uuid: string },
): BootloaderRun {
  const { name, uuid, bootloader = '', bootloaderArgs = [], kernel, ramdisk, cmdline } = config;
  const folder = join(userdataFolder(host), `bootloader.${uuid}.d`);
  const output = join(folder, 'output');
  const args = [
    ...(kernel === undefined ? [] : [`--kernel=${kernel}`]),
    ...(ramdisk === undefined ? [] : [`--ramdisk=${ramdisk}`]),
    ...(cmdline === '' ? [] : [`--args=${cmdline}`]),
    `--output=${output}`,
    '--output-format=simple0',
    `--output-directory=${folder}`,
    ...bootloaderArgs,
    requireBootDisk(config),
  ];
  const logPath = xenLogPath(host, 'bootloader', name);
  return { program: bootloader, args, folder, output, logPath };
}
