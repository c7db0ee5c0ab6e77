import { channelIdOf, type Channel } from '../../config/devices/channel.ts';
import { xenbus } from '../backend/xenbus.ts';
import { BUFFER_LIMIT_BYTES, CONSOLE_PROTOCOL } from './console.ts';
import type { DeviceKind, PlannedDevice } from '../kind.ts';
import { removeSocket } from '../remove-socket.ts';

/** The name by which qemu's command line and the nodes of a channel mean the same end of it. */
export const chardevOf = (id: number): string => `libxl-channel${id}`;

function planChannel({ name, connection, path, backend }: Channel, place: number): PlannedDevice {
  const id = channelIdOf(place);
  const where = path ?? 'a terminal';
  return {
    id: `${id}`,
    name: `channel-${id}`,
    about: `channel ${name} to ${where}, served by qemu`,
    backend,
    nodes: () => ({
      frontendOwner: 'guest',
      frontend: { state: xenbus('initialising'), protocol: CONSOLE_PROTOCOL },
      readOnly: {
        name,
        limit: `${BUFFER_LIMIT_BYTES}`,
        type: 'ioemu',
        output: connection === 'pty' ? 'pty' : `chardev:${chardevOf(id)}`,
        tty: '',
      },
      backendKind: 'console',
      backend: { protocol: CONSOLE_PROTOCOL, name, connection, ...(path === undefined ? {} : { path }) },
    }),
  };
}

/** Consoles beside the primary one, which xenconsoled does not serve: lines to programs in dom0. */
export const CHANNEL: DeviceKind = {
  name: 'console',
  of: ({ channels }) => channels.map(planChannel),
  saved: 'config',
  unplug: removeSocket,
};
