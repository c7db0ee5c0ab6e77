import { linkSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { bind } from '@vm-tools/libxfr/transport';
import type { ListenAddress } from '../../config/listen-address.ts';

/** Sockets that listen, to be passed on to another process. */
export interface OpenedSockets extends Disposable {
  readonly fds: readonly number[];
  /** the same addresses, with the ports that they have got */
  readonly at: readonly ListenAddress[];
}

/**
 * Opens sockets and accepts nothing on them; until the other process does, the kernel lets callers wait. They are
 * closed here, when it has got them, by disposing of what is returned.
 *
 * @throws VmToolsError XFR_LISTEN
 */
export async function openSockets(listen: readonly ListenAddress[]): Promise<OpenedSockets> {
  using opened = new DisposableStack();
  const servers: Server[] = [];
  const at: ListenAddress[] = [];
  for (const address of listen) {
    // Until all are open, a peer may have called one of them: it has to call again.
    const server = createServer((socket) => socket.destroy());
    const { transport, ...where } = address;
    await bind(server, where, undefined);
    opened.defer(() => closeKeeping(server, transport === 'unix' ? address.path : undefined));
    servers.push(server);
    at.push(transport === 'unix' ? address : { ...address, port: (server.address() as AddressInfo).port });
  }
  const held = opened.move();
  return { fds: servers.map(descriptorOf), at, [Symbol.dispose]: () => held.dispose() };
}

/** Takes the files of unix sockets away, when no process listens there any more. */
export async function removeSockets(listen: readonly ListenAddress[]): Promise<void> {
  for (const address of listen) if (address.transport === 'unix') await rm(address.path, { force: true });
}

/** Node has a way to pass a socket to a child by its descriptor, and none to ask for the descriptor. */
function descriptorOf(server: Server): number {
  return (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}

/** Closing a unix socket removes its file, which has to stay. */
function closeKeeping(server: Server, path: string | undefined): void {
  if (path === undefined) return void server.close();
  const aside = `${path}.kept`;
  linkSync(path, aside);
  server.close();
  renameSync(aside, path);
}
