import type { Source, Target } from '@vm-tools/ports';
import type { Connect } from '../options.ts';
import type { Connection } from '../protocol/connection.ts';
import { TransferHandle, type SteerOptions, type SteerSourceOptions } from '../transfer/handle.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { receiveFromXl, type ReceiveFromXlOptions } from './receive-from-xl.ts';
import { sendToXl, type SendToXlOptions } from './send-to-xl.ts';

/** Those of `sendToXl`, with a rate that can be changed in place of a limiter. */
export type StartTransferToXlOptions = Omit<SendToXlOptions, 'limiter'> & SteerSourceOptions;
/** Those of `receiveFromXl`, with a rate that can be changed in place of a limiter. */
export type StartReceivingFromXlOptions = Omit<ReceiveFromXlOptions, 'limiter'> & SteerOptions;

/** `sendToXl`, to be watched and steered while it runs. */
export function startTransferToXl(
  source: Source,
  connect: Connect,
  options: StartTransferToXlOptions,
): Transfer {
  return new TransferHandle({ ...options, isSource: true }, (lent) =>
    sendToXl(source, connect, { ...options, ...lent }),
  );
}

/** `receiveFromXl`, to be watched and steered while it runs. */
export function startReceivingFromXl(
  connection: Connection,
  target: Target,
  options: StartReceivingFromXlOptions = {},
): Transfer {
  return new TransferHandle(options, (lent) => receiveFromXl(connection, target, { ...options, ...lent }));
}
