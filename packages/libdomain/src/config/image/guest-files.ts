import { join } from 'node:path';

/** The files of a guest that was made from an image. */
export interface GuestFiles {
  readonly folder: string;
  /** what the guest has written; the rest is in the image */
  readonly disk: string;
  readonly seed: string;
}

/** Where the files of a guest are on a host. */
export function filesOf(root: string, name: string): GuestFiles {
  const folder = join(root, 'var/lib/vm-tools/images', name);
  return { folder, disk: join(folder, 'disk.qcow2'), seed: join(folder, 'seed.iso') };
}

/** GRUB as the kernel of a pvh guest, where Debian's grub-xen-host has it: it reads the grub.cfg of the guest's disk. */
export function grubOf(root: string): string {
  return join(root, 'usr/lib/grub-xen/grub-i386-xen_pvh.bin');
}
