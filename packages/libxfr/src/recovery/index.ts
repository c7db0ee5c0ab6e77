/**
 * Recovery of transfers whose process or link has ended: lists them, finishes them, and forgets them.
 *
 * @example
 * ```ts
 * const { transfers } = await listTransfers(journals);
 * for (const { id, isEnded } of transfers) if (!isEnded) await resolveTransfer(id, { journals, finder, reconnect });
 * ```
 *
 * @packageDocumentation
 */
export type { Word } from '../commit/table.ts';
export { findDeadPartials, removeDeadPartials, type PartialFile } from '../file/partial-file.ts';
export { knownTransfer, listTransfers } from '../journal/known-transfer.ts';
export type { Answer } from '../session/answers.ts';
export { askPeer } from '../session/ask-peer.ts';
export { forgetTransfers } from './forget-transfers.ts';
export type { OperatorsWord, Owner } from './go-on.ts';
export type { RecoveryOptions } from './options.ts';
export { reconnectPeer } from './reconnect-peer.ts';
export type { RecoveredTransfer } from './recover-transfers.ts';
export { resolveTransfer, type ResolveOptions } from './resolve-transfer.ts';
