import type { Readable, Writable } from 'node:stream';
import type { TransferSummary } from '../events.ts';
import type { Connect } from '../options.ts';
import type { Source, Target } from '@vm-tools/ports';
import type { Connection } from '../protocol/connection.ts';
import { saveToFile, type SaveToFileOptions } from '../source/save-to-file.ts';
import { sendToPeer, type SendOptions } from '../source/send.ts';
import { receiveFromPeer, type ReceiveOptions } from '../target/receive.ts';
import type { MakeTarget } from '../target/receive-guest.ts';
import { restoreFromFile, type RestoreFromFileOptions } from '../target/restore-from-file.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { TransferHandle, type SteerOptions, type SteerSourceOptions } from './handle.ts';
import type { Transfer } from './transfer.ts';

/** Those of `sendToPeer`, with a rate that can be changed in place of a limiter. */
export type StartTransferOptions = Omit<SendOptions, 'limiter'> & SteerSourceOptions;
/** Those of `receiveFromPeer`, with a rate that can be changed in place of a limiter. */
export type StartReceivingOptions = Omit<ReceiveOptions, 'limiter'> & SteerOptions;
/**
 * Those of `saveToFile`, with a rate that can be changed in place of a limiter. A file that is begun without any of
 * `rate`, `stopAndCopyRate`, `limiter` and `compression` is written as fast as can be, and its rate cannot be changed later
 * (XFR_NOT_PACED).
 */
export type StartSavingOptions = Omit<SaveToFileOptions, 'limiter'> & SteerSourceOptions;
/** Those of `restoreFromFile`, with a rate that can be changed in place of a limiter: as with `startSaving`. */
export type StartRestoringOptions = Omit<RestoreFromFileOptions, 'limiter'> & SteerOptions;

/** `sendToPeer`, to be watched and steered while it runs. */
export function startTransfer(
  source: Source,
  peer: Endpoint | Connection | Connect,
  options: StartTransferOptions = {},
): Transfer {
  return new TransferHandle({ ...options, isSource: true }, (lent) =>
    sendToPeer(source, peer, { ...options, ...lent }),
  );
}

/** `receiveFromPeer`, to be watched and steered while it runs. */
export function startReceiving(
  connection: Connection,
  makeTarget: MakeTarget,
  options: StartReceivingOptions = {},
): Transfer<TransferSummary | undefined> {
  return new TransferHandle(options, (lent) =>
    receiveFromPeer(connection, makeTarget, { ...options, ...lent }),
  );
}

/** `saveToFile`, to be watched and steered while it runs. */
export function startSaving(
  source: Source,
  destination: string | Writable,
  options: StartSavingOptions,
): Transfer {
  const isPaced = typeof destination !== 'string' || options.compression !== undefined || hasLimit(options);
  return new TransferHandle({ ...options, isSource: true, isPaced }, (lent) =>
    saveToFile(source, destination, { ...options, ...lent }),
  );
}

function hasLimit({ rate, stopAndCopyRate, limiter }: SteerSourceOptions): boolean {
  return rate !== undefined || stopAndCopyRate !== undefined || limiter !== undefined;
}

/** `restoreFromFile`, to be watched and steered while it runs. */
export function startRestoring(
  origin: string | Readable,
  target: Target,
  options: StartRestoringOptions = {},
): Transfer {
  const isPaced = typeof origin !== 'string' || hasLimit(options);
  return new TransferHandle({ ...options, isPaced }, (lent) =>
    restoreFromFile(origin, target, { ...options, ...lent }),
  );
}
