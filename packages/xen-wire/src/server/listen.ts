import type { Dom0 } from '@vm-tools/dom0';
import type { Xen } from '@vm-tools/xc-native';
import { serveDom0 } from '../dom0/serve-dom0.ts';
import { listenOn, type Listening } from './listen-on.ts';
import { serveXen, type ServeOptions } from './serve-xen.ts';

/**
 * Serves a `Xen` on a unix socket that only the user of this process may connect to.
 * @throws VmToolsError XEN_WIRE_LISTEN, with `details.errno`
 */
export async function listenXen(xen: Xen, path: string, options: ServeOptions = {}): Promise<Listening> {
  return listenOn(path, serveXen(xen, options));
}

/**
 * Serves a `Dom0` on a unix socket that only the user of this process may connect to.
 * @throws VmToolsError XEN_WIRE_LISTEN, with `details.errno`
 */
export async function listenDom0(dom0: Dom0, path: string, options: ServeOptions = {}): Promise<Listening> {
  return listenOn(path, serveDom0(dom0, options));
}
