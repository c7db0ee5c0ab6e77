import { join } from 'node:path';

const labFolder = join(import.meta.dirname, '../..');
const repository = join(labFolder, '..', '..');
const cache = join(repository, '.cache', 'lab');

/** The paths of the lab; absolute. */
export const layout = {
  repository,
  /** Scripts and programs that become part of every host. */
  dom0Sources: join(labFolder, 'dom0'),
  guestSources: join(labFolder, 'guests'),
  images: join(cache, 'images'),
  guests: join(cache, 'guests'),
  programs: join(cache, 'programs'),
  initramfs: join(cache, 'initramfs'),
  /** The folder of the key that opens all hosts, and the key. */
  access: join(cache, 'access'),
  key: join(cache, 'access', 'key'),
  /** Debian packages, kept for the next image. */
  packages: join(cache, 'packages'),
  run: join(cache, 'run'),
  /** vm-tools as `npm run bundle` leaves them. */
  bundle: join(repository, '.cache', 'bundle'),
} as const;

/** The folder of one lab; QEMU and ssh run in it, so that paths of sockets are short enough for the kernel. */
export function labDirectory(lab: string): string {
  return join(layout.run, lab);
}

/** The logs of a host: `serial.log` of Xen and dom0, `console/guest-NAME.log`, logs of xl. */
export function logsOf(lab: string, host?: string): string {
  return host === undefined ? join(labDirectory(lab), 'logs') : join(labDirectory(lab), 'logs', host);
}

/** The folder that a host has as /mnt/exchange. */
export function exchangeOf(lab: string, host: string): string {
  return join(labDirectory(lab), `${host}.exchange`);
}

/** The folder that both hosts of a lab have as /shared. */
export function sharedOf(lab: string): string {
  return join(labDirectory(lab), 'shared');
}
