import { RELEASES } from './releases.ts';
import type { Release } from './releases.ts';

/** The packages of a host of a release. */
export function hostPackages(release: Release): readonly string[] {
  const { xen } = RELEASES[release];
  // The second one brings xl, xenconsoled, verify-stream-v2.
  return [`xen-hypervisor-${xen}-amd64`, `xen-utils-${xen}`, ...packagesOfAll];
}

const packagesOfAll = [
  'linux-image-amd64',
  'xenstore-utils',
  'qemu-system-xen', // device model of HVM guests, disks from files
  'qemu-utils', // qemu-img: what of an image is allocated, and whether it is sound
  'grub-xen-host', // GRUB as the kernel of a guest, which boots from a disk of the guest
  'python3', // verify-stream-v2 and pygrub are written in it
  'kmod',
  'iproute2',
  'iputils-ping',
  'bridge-utils',
  'openssh-server',
  'busybox-static', // early user space of hosts and of the Linux guests
  'procps',
  'socat',
  'systemd', // for what is installed as a package: its units, users and folders; it is not process 1
] as const;

/** Kernel modules that a host loads, besides those which they need themselves. */
export const hostModules = [
  'crc32c_generic', // ext4 asks for it by name, so no dependency shows it
  'virtio_pci',
  'virtio_blk',
  'ext4',
  'virtio_net',
  'virtio-rng',
  '9p',
  '9pnet_virtio',
  'xenfs',
  'xen-evtchn',
  'xen-gntdev',
  'xen-gntalloc',
  'xen-netback',
  'xen-blkback',
  'bridge',
  'loop',
  'tun', // emulated network cards of HVM guests
] as const;

/** Kernel modules of the Linux guests, for disks and network cards that they may be given. */
export const guestModules = ['xen-blkfront', 'xen-netfront'] as const;
