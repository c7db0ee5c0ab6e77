/**
 * Transfers of one process, watched and steered from another, over a unix socket.
 *
 * @example
 * ```ts
 * await using served = serveTransfer('/', transfer, log); // where the transfer runs
 *
 * const { found } = await findServed('/'); // elsewhere
 * for (const { socketPath, id } of found) await cancelServed(socketPath, id, { reason: 'the host is needed' });
 * ```
 *
 * @packageDocumentation
 */
export { cancelServed, changeServed, listServed, watchServed } from './ask-served.ts';
export type { SettingsChange } from './ask-served.ts';
export { findServed, XFRD_SOCKET } from './find-served.ts';
export type { FoundTransfer } from './find-served.ts';
export type { ServedTransfer } from './messages.ts';
export { serveTransfer } from './serve-transfer.ts';
export { serveTransfers, type ControlServer } from './serve-transfers.ts';
