import { channelIdOf, type Channel } from '../../config/devices/channel.ts';
import { vncAddress, type Framebuffer } from '../../config/devices/framebuffer.ts';
import type { Disk } from '../../config/devices/disk.ts';
import { isHere } from '../../config/devices/is-here.ts';
import type { Share } from '../../config/devices/share.ts';
import { chardevOf } from '../kinds/channel.ts';
import { qmpPath } from './paths.ts';

/** The guest that a qemu is to serve. */
export interface ServedGuest {
  readonly domid: number;
  readonly name: string;
  readonly maxMemoryKib: number;
  /** Those that must be open when it has started. */
  readonly disks: readonly Disk[];
  /** Its screens; qemu shows the first one. */
  readonly framebuffers: readonly Framebuffer[];
  readonly channels: readonly Channel[];
  readonly shares: readonly Share[];
}

/**
 * The command line that libxl 4.17 gives to a qemu without an emulated machine (libxl__build_device_model_args_new). It
 * names no device but the ends of channels: qemu finds those of the domain in xenstore. A password is none of it: all
 * users of dom0 can read it.
 */
export function qemuArguments(guest: ServedGuest): readonly string[] {
  const { domid, name, maxMemoryKib, framebuffers, channels } = guest;
  const [screen] = framebuffers;
  const hasWindow = screen?.sdl === true;
  const isSeen = hasViewers(screen) || hasWindow;
  const monitors = (['libxl', 'libxenstat'] as const).flatMap((of) => {
    const id = of === 'libxl' ? 'libxl-cmd' : 'libxenstat-cmd';
    const socket = `socket,id=${id},path=${qmpPath(domid, of)},server=on,wait=off`;
    return ['-chardev', socket, '-mon', `chardev=${id},mode=control`];
  });
  return [
    ...['-xen-domid', `${domid}`, '-no-shutdown'],
    ...monitors,
    ...channels.flatMap(channelArguments),
    ...['-nodefaults', '-no-user-config', '-xen-attach'],
    ...['-name', name, '-vnc', hasViewers(screen) ? vncOf(screen) : 'none', '-display', 'none'],
    ...(hasWindow ? ['-display', 'sdl'] : []),
    ...(screen?.keymap === undefined ? [] : ['-k', screen.keymap]),
    ...(isSeen ? [] : ['-nographic']),
    ...['-machine', 'xenpv', '-m', `${Math.ceil(maxMemoryKib / 1024)}`],
  ];
}

/** The environment that it has besides: that of its own window. */
export function qemuEnvironment({ framebuffers: [screen] }: ServedGuest): Readonly<Record<string, string>> {
  if (screen?.sdl !== true) return {};
  const { display, xauthority } = screen;
  return {
    ...(display === undefined ? {} : { DISPLAY: display }),
    ...(xauthority === undefined ? {} : { XAUTHORITY: xauthority }),
  };
}

/** Whether viewers can connect to a screen. */
export function hasViewers(screen: Framebuffer | undefined): screen is Framebuffer {
  return screen !== undefined && screen.vnc !== false;
}

/** With `to`, qemu takes one of the next displays when that one is taken. */
function vncOf(screen: Framebuffer): string {
  const hasPassword = screen.vncPassword !== undefined && screen.vncPassword !== '';
  return `${vncAddress(screen)}${hasPassword ? ',password=on' : ''}${screen.vncUnused === false ? '' : ',to=99'}`;
}

/** A channel that a driver domain serves has its end there. */
function channelArguments(channel: Channel, place: number): readonly string[] {
  if (!isHere(channel)) return [];
  const { connection, path } = channel;
  const id = `id=${chardevOf(channelIdOf(place))}`;
  const end = connection === 'pty' ? `pty,${id}` : `socket,${id},path=${path},server=on,wait=off`;
  return ['-chardev', end];
}
