import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { simPaths } from '@vm-tools/xen-wire';
import { listenDom0, listenXen } from '@vm-tools/xen-wire/server';
import { createControlServer } from './control/control-server.ts';
import type { SimulatedHost } from './host.ts';

/** A simulated host that other processes reach by its sockets. */
export interface ServedHost {
  /** Ends all connections; the host itself goes on. */
  close(): Promise<void>;
}

/**
 * Lets other processes use a simulated host, by sockets in this folder.
 *
 * @param onStop called when `xen-sim stop` asks for it
 * @throws VmToolsError XEN_SIM_SOCKET, XEN_WIRE_LISTEN
 */
export async function serveHost(
  host: SimulatedHost,
  folder: string,
  onStop: () => void = () => undefined,
): Promise<ServedHost> {
  const paths = simPaths(folder);
  const calls = [await listenXen(host.xen, paths.hypercalls), await listenDom0(host.dom0, paths.dom0)];
  const clients = new Set<Socket>();
  const xenstored = createServer((socket) => {
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    host.xenstored.serve(socket, 0, host.storeHook);
  });
  xenstored.on('error', () => undefined); // of one call that could not be accepted: there are others
  await listen(xenstored, paths.xenstored);
  // The last one: a client that is answered here finds the others.
  const control = createControlServer(host, onStop);
  control.on('error', () => undefined);
  await listen(control, paths.control);
  return {
    async close() {
      const closed = [xenstored, control].map((server) => once(server.close(), 'close'));
      for (const client of clients) client.destroy();
      await Promise.all(calls.map((served) => served.close()));
      await Promise.all(closed);
    },
  };
}

/** The folder is its owner's alone; so is the socket, wherever it may be linked to. */
async function listen(server: Server, path: string): Promise<void> {
  try {
    await once(server.listen(path), 'listening');
    await chmod(path, 0o600);
  } catch (cause) {
    throw new VmToolsError({
      code: 'XEN_SIM_SOCKET',
      message: `cannot listen on ${path}: ${messageOf(cause)}`,
      hint: 'see whether a host of that name runs already: xen-sim list',
      cause,
    });
  }
}
