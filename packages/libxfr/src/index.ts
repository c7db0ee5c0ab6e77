/**
 * Moving a guest: to another host, into a file, and back. Nothing here knows what a guest is: a `Source` gives bytes
 * and a `Target` takes them, and what lies between is safe, bounded and tells how far it is.
 *
 * What is rarely needed has entries of its own: `/transport`, `/recovery`, `/journals`, `/control`, `/receiver`, and
 * `/types` for all types of options.
 *
 * @example
 * ```ts
 * const call: Connect = (signal) => connectPeer(parsePeerAddress('b.example'), { tls: () => trust, signal });
 * const transfer = startTransfer(source, call, { rate: parseRate('50M'), signal });
 * for await (const event of transfer) show(event);
 * await transfer.result;
 *
 * await using listener = await listen({ makeTarget: () => domainTarget(host), tls: trust, journals }); // and on the other host
 *
 * const journals = fileJournals(); // on both, so that a crash loses nothing
 * await recoverTransfers({ journals, finder, reconnect });
 * ```
 *
 * @packageDocumentation
 */
export { askWhere } from './check/where.ts';
export { checkPeer } from './check/check-peer.ts';
export type { PeerCheck } from './check/check-peer.ts';
export { stepName } from './commit/step.ts';
export type { OnStep, TransferStep } from './commit/step.ts';
export type { TransferEvent, TransferFigures, TransferPhase, TransferSummary } from './events.ts';
export { fileSource } from './file/file-source.ts';
export { fileJournals, memoryJournals } from './journal/open-journals.ts';
export { listen } from './listener/listen.ts';
export type { Listener, ListenEvent } from './listener/options.ts';
export type { Connect, Reconnect } from './options.ts';
export type {
  Check,
  FoundSource,
  FoundTarget,
  GuestFinder,
  Offer,
  RestoreControl,
  SaveControl,
  SaveProgress,
  SaveReport,
  Source,
  Target,
} from '@vm-tools/ports';
export type { Connection } from './protocol/connection.ts';
export { DEFAULT_TIMEOUTS } from './protocol/timeouts.ts';
export type { TransferTimeouts } from './protocol/timeouts.ts';
export { recoverTransfers } from './recovery/recover-transfers.ts';
export { saveToFile } from './source/save-to-file.ts';
export { sendToPeer } from './source/send.ts';
export { receiveFromPeer } from './target/receive.ts';
export { restoreFromFile } from './target/restore-from-file.ts';
export { startReceiving, startRestoring, startSaving, startTransfer } from './transfer/start.ts';
export type { Transfer } from './transfer/transfer.ts';
export { connectPeer } from './transport/connect-peer.ts';
export { parseEndpoint } from './transport/endpoint.ts';
export { parsePeerAddress } from './transport/peer-address.ts';
export type { TlsOptions } from './transport/tls/tls.ts';
