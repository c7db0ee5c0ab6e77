import { qmpPath } from './paths.ts';

/** The guest that a qemu is to serve. */
export interface ServedGuest {
  readonly domid: number;
  readonly name: string;
  readonly maxMemoryKib: number;
}

/**
 * The command line that libxl 4.17 gives to a qemu without an emulated machine (libxl__build_device_model_args_new). It
 * names no device: qemu finds those of the domain in xenstore.
 */
export function qemuArguments({ domid, name, maxMemoryKib }: ServedGuest): readonly string[] {
  const monitors = (['libxl', 'libxenstat'] as const).flatMap((of) => {
    const id = of === 'libxl' ? 'libxl-cmd' : 'libxenstat-cmd';
    const socket = `socket,id=${id},path=${qmpPath(domid, of)},server=on,wait=off`;
    return ['-chardev', socket, '-mon', `chardev=${id},mode=control`];
  });
  return [
    ...['-xen-domid', `${domid}`, '-no-shutdown'],
    ...monitors,
    ...['-nodefaults', '-no-user-config', '-xen-attach'],
    ...['-name', name, '-vnc', 'none', '-display', 'none', '-nographic'],
    ...['-machine', 'xenpv', '-m', `${Math.ceil(maxMemoryKib / 1024)}`],
  ];
}
