import type { Host } from '../../host.ts';
import { domainPath, xenLogPath } from '../../paths.ts';

/** Where Debian's package qemu-system-xen has it, which Debian's libxl starts. */
export const QEMU_PROGRAM = '/usr/libexec/xen-qemu-system-i386';

/** The node below which qemu writes how it is. */
export const modelPath = (domid: number): string => `${domainPath(0)}/device-model/${domid}`;

/** The node with the process of qemu; the guest may read it and not write it. */
export const pidPath = (domid: number): string => `${domainPath(domid)}/image/device-model-pid`;

/** A QMP socket of a qemu. libxl guards the first with a lock of its own; the second takes every command as well. */
export const qmpPath = (domid: number, of: 'libxl' | 'libxenstat'): string =>
  `/var/run/xen/qmp-${of}-${domid}`;

/** The log of the qemu of a guest, where xl has it too. */
export const qemuLogPath = (host: Pick<Host, 'root'>, name: string): string =>
  xenLogPath(host, 'qemu-dm', name);
