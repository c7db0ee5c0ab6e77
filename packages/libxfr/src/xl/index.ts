/**
 * Peers that have only xl: its migration protocol, to a host where `xl migrate-receive` is run, and from one where
 * `xl migrate` is.
 *
 * @example
 * ```ts
 * const address = requireXlAddress(parsePeerAddress('ssh://root@b'));
 * const transfer = startTransferToXl(source, (signal) => connectXl(address, { signal }), {
 *   address: xlAddressText(address),
 * });
 * await transfer.result;
 * ```
 *
 * @packageDocumentation
 */
export { connectXl, isXl, requireXlAddress, xlAddressText, type XlAddress } from '../transport/xl.ts';
export { checkXl } from './check-xl.ts';
export { receiveFromXl, type ReceiveFromXlOptions } from './receive-from-xl.ts';
export { sendToXl, type SendToXlOptions } from './send-to-xl.ts';
export {
  startReceivingFromXl,
  startTransferToXl,
  type StartReceivingFromXlOptions,
  type StartTransferToXlOptions,
} from './start.ts';
