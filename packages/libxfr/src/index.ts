/**
 * Moving a guest: to another host, into a file, and back. Nothing here knows what a guest is: a `Source` gives bytes
 * and a `Target` takes them, and what lies between is safe, bounded and tells how far it is.
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
} from './ports.ts';
export type {
  ObservedEvent,
  OnEvent,
  TransferEvent,
  TransferFigures,
  TransferPhase,
  TransferSettings,
  TransferStart,
  TransferSummary,
  TransferWarning,
} from './events.ts';
export type { Connect, PeerOptions, Reconnect, TransferOptions } from './options.ts';
export { DEFAULT_TIMEOUTS } from './protocol/timeouts.ts';
export type { TransferTimeouts } from './protocol/timeouts.ts';
export { startReceiving, startRestoring, startSaving, startTransfer } from './transfer/start.ts';
export type {
  StartReceivingOptions,
  StartRestoringOptions,
  StartSavingOptions,
  StartTransferOptions,
} from './transfer/start.ts';
export type { SteerOptions, SteerSourceOptions } from './transfer/handle.ts';
export type { Transfer, TransferBudget, TransferChange, TransferLimits } from './transfer/transfer.ts';
export { serveTransfer } from './control/serve-transfer.ts';
export { serveTransfers } from './control/serve-transfers.ts';
export type { ControlServer } from './control/serve-transfers.ts';
export { cancelServed, changeServed, listServed, watchServed } from './control/ask-served.ts';
export type { SettingsChange } from './control/ask-served.ts';
export type { ServedTransfer } from './control/messages.ts';
export { findServed, XFRD_SOCKET } from './control/find-served.ts';
export type { FoundTransfer } from './control/find-served.ts';
export { sendToPeer } from './source/send.ts';
export type { SendOptions } from './source/send.ts';
export { receiveFromPeer } from './target/receive.ts';
export type { ReceiveOptions } from './target/receive.ts';
export type { MakeTarget } from './target/receive-guest.ts';
export { WaitingForGo } from './target/waiting-for-go.ts';
export { checkPeer } from './check/check-peer.ts';
export type { CheckOptions, ConnectFor, PeerCheck } from './check/check-peer.ts';
export { askPeer } from './session/ask-peer.ts';
export type { Answer } from './session/answers.ts';
export { stepName } from './commit/step.ts';
export type { OnStep, TransferStep } from './commit/step.ts';
export type { SourceState, TargetAction, TargetState, Word } from './commit/table.ts';
export { targetMayAct, targetMayWrite } from './commit/allows.ts';
export { fileJournals, memoryJournals } from './journal/open-journals.ts';
export { JOURNAL_FOLDER } from './journal/undecided-transfer.ts';
export type { Journal, Journals, JournalStart, NextEntry, OpenJournals } from './journal/journals.ts';
export type { JournalsOptions } from './journal/stored-journals.ts';
export { journalEntrySchema, journalStartSchema } from './journal/format/schemas.ts';
export { offerSchema, transferIdSchema } from './protocol/messages.ts';
export type {
  JournalEntry,
  JournalledGuest,
  SourceRecord,
  TargetRecord,
  TransferId,
  TransferRecord,
} from './journal/record.ts';
export { knownTransfer, listTransfers } from './journal/known-transfer.ts';
export type { KnownTransfer } from './journal/known-transfer.ts';
export { forgetTransfers } from './recovery/forget-transfers.ts';
export { resolveTransfer } from './recovery/resolve-transfer.ts';
export type { ResolveOptions } from './recovery/resolve-transfer.ts';
export type { Owner } from './recovery/go-on.ts';
export { recoverTransfers } from './recovery/recover-transfers.ts';
export type { RecoveredTransfer } from './recovery/recover-transfers.ts';
export { reconnectPeer } from './recovery/reconnect-peer.ts';
export type { RecoveryOptions } from './recovery/options.ts';
export { saveToFile } from './source/save-to-file.ts';
export type { SaveToFileOptions } from './source/save-to-file.ts';
export { findDeadPartials, removeDeadPartials, type PartialFile } from './file/partial-file.ts';
export type { Storage, WrittenFile } from './disk/storage.ts';
export { fileSource } from './file/file-source.ts';
export { restoreFromFile } from './target/restore-from-file.ts';
export type { RestoreFromFileOptions } from './target/restore-from-file.ts';
export { listen } from './listener/listen.ts';
export type { Listener, ListenEvent, ListenOptions, Session, SessionLimiter } from './listener/options.ts';
export { DEFAULT_LOBBY, type LobbyLimits } from './target/lobby.ts';
export { Admission } from './target/admission.ts';
export { bind } from './transport/bind.ts';
export { DEFAULT_PORT, formatAddress, parseEndpoint } from './transport/endpoint.ts';
export type { Endpoint } from './transport/endpoint.ts';
export { formatPeerAddress, parsePeerAddress } from './transport/peer-address.ts';
export type {
  DescriptorAddress,
  PeerAddress,
  SshAddress,
  TlsAddress,
  UnixAddress,
} from './transport/peer-address.ts';
export { connectPeer, notSecure } from './transport/connect-peer.ts';
export type { ConnectOptions } from './transport/connect-peer.ts';
export { connectTcp } from './transport/tcp.ts';
export { acceptTls } from './transport/accept-tls.ts';
export { connectTls } from './transport/connect-tls.ts';
export type { PresentedPeer, TlsConnection, TlsCredentials, TlsOptions } from './transport/tls.ts';
export { connectUnix, unixConnection } from './transport/unix.ts';
export { connectSsh } from './transport/ssh.ts';
export { descriptorConnection } from './transport/descriptors.ts';
export type { Connection } from './protocol/connection.ts';
