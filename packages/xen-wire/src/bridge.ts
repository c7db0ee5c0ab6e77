import type { Dom0 } from '@vm-tools/dom0';
import { throwIfAborted } from '@vm-tools/errors';
import type { Xen } from '@vm-tools/xc-native';
import { remoteXen, type RemoteXenOptions } from './client/remote-xen.ts';
import { remoteDom0, type RemoteDom0, type RemoteDom0Options } from './dom0/remote-dom0.ts';
import { serveDom0 } from './dom0/serve-dom0.ts';
import { serveXen, type ServeOptions } from './server/serve-xen.ts';
import { connectSocket, listenOn, type Listening } from './unix-sockets.ts';

/**
 * Serves a `Xen` on a unix socket that only the user of this process may connect to.
 * @throws VmToolsError XEN_WIRE_LISTEN, with `details.errno`
 */
export async function listenXen(xen: Xen, path: string, options: ServeOptions = {}): Promise<Listening> {
  return listenOn(path, serveXen(xen, options));
}

/**
 * The `Xen` that is served on a unix socket.
 * @throws VmToolsError XEN_WIRE_UNREACHABLE, of kind no-xen, with `details.errno`; what `remoteXen` throws
 */
export async function connectXen(path: string, options: RemoteXenOptions = {}): Promise<Xen> {
  throwIfAborted(options.signal, `connecting to ${path}`);
  return remoteXen(() => connectSocket(path), options);
}

/**
 * Serves a `Dom0` on a unix socket that only the user of this process may connect to.
 * @throws VmToolsError XEN_WIRE_LISTEN, with `details.errno`
 */
export async function listenDom0(dom0: Dom0, path: string, options: ServeOptions = {}): Promise<Listening> {
  return listenOn(path, serveDom0(dom0, options));
}

/**
 * The `Dom0` that is served on a unix socket.
 * @throws VmToolsError XEN_WIRE_UNREACHABLE, of kind no-xen, with `details.errno`; what `remoteDom0` throws
 */
export async function connectDom0(path: string, options: RemoteDom0Options = {}): Promise<RemoteDom0> {
  throwIfAborted(options.signal, `connecting to ${path}`);
  return remoteDom0(() => connectSocket(path), options);
}
