/**
 * A `Xen` used from another process, and a `Dom0`: whichever it is, it is served on one side and looks the same on the
 * other. The side that serves is in `@vm-tools/xen-wire/server`.
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
export { connectDom0, connectXen } from './client/connect.ts';
export { remoteDom0 } from './dom0/remote-dom0.ts';
export type { RemoteDom0, RemoteDom0Options } from './dom0/remote-dom0.ts';
export { remoteXen } from './client/remote-xen.ts';
export type { RemoteXenOptions } from './client/remote-xen.ts';
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
