import { DEFAULT_LISTEN, vncAddress, type Framebuffer } from '../../config/devices/framebuffer.ts';
import { closeBackend } from '../backend/close-backend.ts';
import { xenbus } from '../backend/xenbus.ts';
import type { DeviceKind, Entries, PlannedDevice } from '../kind.ts';

const flag = (is: boolean): string => (is ? '1' : '0');

/** As libxl completes it: qemu itself goes by its command line. */
function backendEntries({ vnc = true, ...framebuffer }: Framebuffer): Entries {
  const { vncListen = vnc ? DEFAULT_LISTEN : undefined, vncPassword, xauthority, display } = framebuffer;
  return {
    vnc: flag(vnc),
    ...(vncListen === undefined ? {} : { vnclisten: vncListen }),
    ...(vncPassword === undefined ? {} : { vncpasswd: vncPassword }),
    vncdisplay: `${framebuffer.vncDisplay ?? 0}`,
    vncunused: flag(framebuffer.vncUnused ?? vnc),
    sdl: flag(framebuffer.sdl ?? false),
    opengl: flag(framebuffer.opengl ?? false),
    ...(xauthority === undefined ? {} : { xauthority }),
    ...(display === undefined ? {} : { display }),
  };
}

function planScreen(framebuffer: Framebuffer, place: number): PlannedDevice {
  const viewers = framebuffer.vnc === false ? 'no VNC' : `VNC at ${vncAddress(framebuffer)}`;
  return {
    id: `${place}`,
    name: `screen-${place}`,
    about: `screen ${place}, served by qemu, ${viewers}`,
    nodes: () => ({
      frontendOwner: 'guest',
      frontend: { state: xenbus('initialising') },
      readOnly: {},
      backendKind: 'vfb',
      backend: backendEntries(framebuffer),
    }),
  };
}

function planKeyboard(place: number): PlannedDevice {
  return {
    id: `${place}`,
    name: `keyboard-${place}`,
    about: `keyboard and mouse of screen ${place}, served by qemu`,
    nodes: () => ({
      frontendOwner: 'guest',
      frontend: { state: xenbus('initialising') },
      readOnly: {},
      backendKind: 'vkbd',
      backend: {},
    }),
  };
}

/** Screens. qemu finds them by itself. */
export const VFB: DeviceKind = {
  name: 'vfb',
  of: ({ framebuffers }) => framebuffers.map(planScreen),
  saved: 'config',
  unplug: closeBackend,
};

/** Keyboards with their mice: one for each screen, as xl makes them. */
export const VKBD: DeviceKind = {
  name: 'vkbd',
  of: ({ framebuffers }) => framebuffers.map((_, place) => planKeyboard(place)),
  saved: 'config',
  unplug: closeBackend,
};
