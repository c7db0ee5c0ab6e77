/**
 * Serves a `Xen` or a `Dom0` to other processes.
 *
 * @packageDocumentation
 */
export { serveDom0 } from '../dom0/serve-dom0.ts';
export type { Dom0Server } from '../dom0/serve-dom0.ts';
export { listenDom0, listenXen } from './listen.ts';
export type { Listening } from './listen-on.ts';
export { serveXen } from './serve-xen.ts';
export type { ServeOptions, XenServer } from './serve-xen.ts';
