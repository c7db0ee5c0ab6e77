import { throwIfAborted } from '@vm-tools/errors';
import type { Xen } from '@vm-tools/xc-native';
import { remoteDom0, type RemoteDom0, type RemoteDom0Options } from '../dom0/remote-dom0.ts';
import { connectSocket } from './connect-socket.ts';
import { remoteXen, type RemoteXenOptions } from './remote-xen.ts';

/**
 * The `Xen` that is served on a unix socket.
 * @throws VmToolsError XEN_WIRE_UNREACHABLE, of kind no-xen, with `details.errno`; what `remoteXen` throws
 */
export async function connectXen(path: string, options: RemoteXenOptions = {}): Promise<Xen> {
  throwIfAborted(options.signal, `connecting to ${path}`);
  return remoteXen((use) => connectSocket(path, use), options);
}

/**
 * The `Dom0` that is served on a unix socket.
 * @throws VmToolsError XEN_WIRE_UNREACHABLE, of kind no-xen, with `details.errno`; what `remoteDom0` throws
 */
export async function connectDom0(path: string, options: RemoteDom0Options = {}): Promise<RemoteDom0> {
  throwIfAborted(options.signal, `connecting to ${path}`);
  return remoteDom0(() => connectSocket(path), options);
}
