/**
 * A `Xen` used from another process: whichever it is, it is served on one side and looks the same on the other.
 *
 * ```ts
 * const served = await listenXen(await openXen(), '/run/xen.sock');
 *
 * const xen = await connectXen('/run/xen.sock'); // in another process
 * const { stream, done } = xen.domainSave(7, { live: true, suspend });
 * ```
 *
 * @packageDocumentation
 */
export { connectXen, listenXen } from './bridge.ts';
export type { ListeningXen } from './bridge.ts';
export { remoteXen } from './client/remote-xen.ts';
export type { RemoteXenOptions } from './client/remote-xen.ts';
export { serveXen } from './server/serve-xen.ts';
export type { ServeOptions, XenServer } from './server/serve-xen.ts';
export { CALL_NAMES } from './protocol/calls.ts';
export type { CallName, ShortCallName } from './protocol/calls.ts';
export { ShortCalls } from './protocol/short-calls.ts';
export type { AnswerShort } from './protocol/short-calls.ts';
export { hostAbsent, isAbsence } from './simulated/absent.ts';
export { connectSimulatedHost } from './simulated/connect.ts';
export type { ConnectedHost } from './simulated/connect.ts';
export { requireOwnFolder } from './simulated/own-folder.ts';
export { simBase, simFolder, simPaths } from './simulated/paths.ts';
export type { SimPaths } from './simulated/paths.ts';
