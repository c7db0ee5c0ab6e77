import { randomBytes } from 'node:crypto';
import { VmToolsError } from '@vm-tools/errors';
import { createLimiter } from '@vm-tools/ratelimit';
import { SOURCE } from '../commit/table.ts';
import type { TransferSummary } from '../events.ts';
import { sendImage } from '../image/send.ts';
import type { OpenJournals } from '../journal/journals.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { Connect, PeerOptions, Reconnect } from '../options.ts';
import type { Offer, SaveReport, Source } from '../ports.ts';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import { protocolError } from '../protocol/frame.ts';
import { peerError, remoteError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import { Participant, type SourceParticipant } from '../session/participant.ts';
import { ProgressReporter } from '../session/progress.ts';
import { warnIfPlain } from '../session/warn-if-plain.ts';
import { formatAddress, type Endpoint } from '../transport/endpoint.ts';
import { connectTcp } from '../transport/tcp.ts';
import { closeAborted, abortTransfer } from './abort.ts';
import { afterCommit } from './after-commit.ts';
import { notSaved } from './failure.ts';
import { holdSource } from './hold.ts';

export interface SendOptions extends PeerOptions {
  /**
   * How the target is reached again when the connection breaks after "committed".
   * @default like the first time for an endpoint; otherwise it is not
   */
  readonly reconnect?: Reconnect | undefined;
  /** Where the target is, for the journal: what `reconnect` needs after a crash. @default the endpoint, or what the connection says */
  readonly address?: string | undefined;
}

const REJECTED = { code: 'XFR_PEER_REJECTED', did: 'refused', side: 'target' } as const;

/**
 * Moves the guest of `source` to the peer. On success it runs there and is gone here.
 *
 * Before "committed" is in the journal, any failure and any abort leaves the guest running on the source. From then on
 * the peer alone says where the guest runs: a broken connection is made again, and the peer is asked until
 * `timeouts.confirmMs` is over; an abort only stops the asking.
 *
 * @param peer an endpoint to connect to in the clear; or a connection, or what makes one; it is ended in any case
 * @throws VmToolsError
 *   XFR_PEER_REJECTED, XFR_PEER_ABORTED, XFR_TARGET_START_FAILED: the peer's error is the cause, and gives the kind;
 *   XFR_UNREACHABLE, XFR_CONNECTION_LOST, XFR_PROTOCOL, XFR_PROTOCOL_MAGIC, XFR_PROTOCOL_OLDER, XFR_PROTOCOL_NEWER
 *   (kind peer); XFR_PEER_SILENT (timeout); INTERRUPTED (aborted-safe);
 *   XFR_SAME_HOST (usage: the peer is this host);
 *   XFR_GUEST_BUSY (usage), XFR_UNRESOLVED (uncertain): somebody else is at work on the guest;
 *   XFR_JOURNAL_IO, XFR_JOURNAL_CORRUPT: the journals do not let it;
 *   XFR_RESUME_FAILED (failure: suspended on the source);
 *   XFR_TWO_RUNNING (uncertain: somebody has resumed the copy here, and the guest runs at the target);
 *   XFR_UNCERTAIN (uncertain: suspended on the source, and nobody said whether it runs at the target; `details.id`);
 *   and whatever the source itself, and what makes the connection, reject with
 */
export async function sendToPeer(
  source: Source,
  peer: Endpoint | Connection | Connect,
  options: SendOptions = {},
): Promise<TransferSummary> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const journals = options.journals ?? memoryJournals();
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const context: ErrorContext = { side: 'source', progress };
  using attempt = new Attempt(options.signal, 'sending the guest', context);
  progress.phase('connecting');
  const connection = 'stream' in peer ? peer : await connect(peer, source, timeouts, attempt);
  const channel = new Channel(connection, 'target', timeouts);
  const address =
    options.address ??
    ('host' in peer
      ? `tcp://${formatAddress(peer.host, peer.port)}`
      : (connection.address ?? connection.peer));
  const reconnect: Reconnect | undefined =
    options.reconnect ??
    ('host' in peer ? (_, signal) => connectTcp(peer, { connectMs: timeouts.connectMs, signal }) : undefined);
  try {
    warnIfPlain(connection, progress);
    await using _owned = await holdSource(source, attempt);
    const parts = { ...options, timeouts, journals, attempt, progress, address };
    const { participant, saved } = await untilCommitted(source, channel, parts);
    await using held = participant;
    return await afterCommit(held, source, channel, { ...options, timeouts, reconnect, saved, progress });
  } catch (thrown) {
    throw inContext(thrown, context);
  } finally {
    await channel.close();
  }
}

async function connect(
  peer: Endpoint | Connect,
  source: Source,
  { connectMs }: TransferTimeouts,
  attempt: Attempt,
): Promise<Connection> {
  const { signal } = attempt;
  try {
    return await ('host' in peer ? connectTcp(peer, { connectMs, signal }) : peer(signal));
  } catch (thrown) {
    throw notSaved(source, undefined, { failure: attempt.cause(thrown), thrown });
  }
}

interface Parts extends SendOptions {
  readonly timeouts: TransferTimeouts;
  readonly journals: OpenJournals;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
  readonly address: string;
}

/** All that can be taken back: when it fails, the guest runs on the source. */
async function untilCommitted(
  source: Source,
  channel: Channel,
  {
    limiter = createLimiter({ rate: Infinity }),
    timeouts,
    journals,
    onStep,
    attempt,
    progress,
    address,
  }: Parts,
): Promise<{ participant: SourceParticipant; saved: SaveReport }> {
  const answer = { limitMs: timeouts.answerMs, signal: attempt.signal };
  let offer: Offer | undefined;
  let participant: SourceParticipant | undefined;
  try {
    offer = await source.describe();
    progress.setTotal(offer.memoryBytes);
    await channel.negotiate(attempt.signal);

    progress.phase('reserving');
    const { name, uuid } = offer;
    const start = {
      id: randomBytes(16).toString('hex'),
      guest: { name, uuid, domid: source.domid },
      peer: address,
      who: channel.who,
    };
    participant = await Participant.begin(SOURCE, journals, start, { guest: 'running', onStep });
    const sender = participant;
    progress.began({ id: sender.id, role: 'source', guest: { name, uuid }, peer: address });
    await sender.say(channel, 'HELLO', {
      ...{ id: sender.id, epoch: sender.epoch, offer },
      host: await journals.hostId?.(),
    });
    const verdict = await sender.hear(channel, ['ACCEPT', 'REJECT'], answer);
    if (verdict.name === 'REJECT') {
      const { error } = verdict.body;
      throw error.code === 'XFR_SAME_HOST' ? remoteError(error) : peerError(error, REJECTED);
    }
    if (verdict.body.epoch < sender.epoch) throw protocolError('the target goes back to an earlier epoch');
    sender.epoch = verdict.body.epoch;

    const image = sendImage(channel, { limiter, progress, attempt, answerMs: timeouts.answerMs });
    const onProgress = (report: Parameters<ProgressReporter['saved']>[0]): void => progress.saved(report);
    const sent = (): { bytes: number; zeroBytes: number } => ({
      bytes: progress.transferred,
      zeroBytes: progress.zeroBytes,
    });
    const save = (): Promise<SaveReport> =>
      source.save(image.sink, { signal: attempt.signal, onProgress, sent, taken: image.taken });
    const saved = await sender.act('save', save, 'ACCEPT');
    const { iterations, suspendedAt } = saved;
    const downtimeMs = progress.since(suspendedAt);
    await sender.say(channel, 'EOS', { ...(await image.sent), iterations, downtimeMs });
    await sender.hear(channel, ['READY'], answer);
    await source.confirm(); // what was sent must be all that there is of the guest
    attempt.signal.throwIfAborted(); // the last moment at which somebody may change his mind
    await sender.write('committed', 'READY');
    return { participant: sender, saved };
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    if (participant === undefined) {
      channel.abort(failure);
      throw notSaved(source, offer, { failure, thrown });
    }
    await using held = participant;
    if (held.guest !== 'running')
      throw await abortTransfer(held, source, channel, { failure, on: reason(failure) });
    throw await closeAborted(held, channel, { failure, told: notSaved(source, offer, { failure, thrown }) });
  }
}

/** What the table calls it. */
function reason({ code }: VmToolsError): 'REJECT' | 'ABORT' | 'failure' {
  if (code === 'XFR_PEER_REJECTED' || code === 'XFR_SAME_HOST') return 'REJECT';
  return code === 'XFR_PEER_ABORTED' ? 'ABORT' : 'failure';
}
