/**
 * The types of what the functions of `@vm-tools/libxfr` take and tell, for code that passes them on.
 *
 * @example
 * ```ts
 * function backUp(source: Source, path: string, options: Partial<SaveToFileOptions>): Promise<TransferSummary> {
 *   return saveToFile(source, path, { afterwards: 'resume', ...options });
 * }
 * ```
 *
 * @packageDocumentation
 */
export type { GuestPlace, GuestState, WantedGuest } from '@vm-tools/ports';
export type { AskWhereOptions } from './check/where.ts';
export type { CheckOptions, ConnectFor } from './check/check-peer.ts';
export type { Storage, WrittenFile } from './disk/storage.ts';
export type { ObservedEvent, OnEvent, TransferSettings, TransferStart, TransferWarning } from './events.ts';
export type { ListenOptions, Session, SessionLimiter } from './listener/options.ts';
export type { PeerOptions, TransferOptions } from './options.ts';
export type { SaveToFileOptions } from './source/save-to-file.ts';
export type { SendOptions } from './source/send.ts';
export type { MakeTarget } from './target/receive-guest.ts';
export type { ReceiveOptions } from './target/receive.ts';
export type { RestoreFromFileOptions } from './target/restore-from-file.ts';
export type { SteerOptions, SteerSourceOptions } from './transfer/handle.ts';
export type {
  StartReceivingOptions,
  StartRestoringOptions,
  StartSavingOptions,
  StartTransferOptions,
} from './transfer/start.ts';
export type { TransferBudget, TransferChange, TransferLimits } from './transfer/transfer.ts';
