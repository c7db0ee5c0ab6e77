import { createLimiter } from '@vm-tools/ratelimit';
import type { TransferSummary } from '../events.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { Connect, PeerOptions, Reconnect } from '../options.ts';
import type { Offer, SaveReport, Source } from '@vm-tools/ports';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import type { SourceParticipant } from '../session/participant.ts';
import { ProgressReporter } from '../session/progress.ts';
import { warnIfPlain } from '../session/warn-if-plain.ts';
import { formatAddress, type Endpoint } from '../transport/endpoint.ts';
import { connectTcp } from '../transport/tcp.ts';
import { abortUncommitted } from './abort.ts';
import { afterCommit } from './after-commit.ts';
import { notSaved } from './failure.ts';
import { holdSource } from './hold.ts';
import { begin, commit, describe, offerGuest, sendGuest, type Sending } from './phases.ts';

/** Options of the source's end of a migration. */
export interface SendOptions extends PeerOptions {
  /**
   * How the target is reached again when the connection breaks after "committed".
   * @default like the first time for an endpoint; otherwise it is not
   */
  readonly reconnect?: Reconnect | undefined;
  /**
   * The address of the target, for the journal: `reconnect` needs it after a crash. @default the endpoint, or that of
   * the connection
   */
  readonly address?: string | undefined;
}

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
 *   XFR_GUEST_BUSY (usage), XFR_UNRESOLVED (uncertain): another tool works on the guest;
 *   XFR_JOURNAL_IO, XFR_JOURNAL_CORRUPT: the journals do not let it;
 *   XFR_RESUME_FAILED (failure: suspended on the source);
 *   XFR_TWO_RUNNING (uncertain: another toolstack has resumed the copy here, and the guest runs at the target);
 *   XFR_UNCERTAIN (uncertain: suspended on the source, and the target has not said whether it runs; `details.id`);
 *   and whatever the source itself, and what makes the connection, reject with
 */
export async function sendToPeer(
  source: Source,
  peer: Endpoint | Connection | Connect,
  options: SendOptions = {},
): Promise<TransferSummary> {
  const { limiter = createLimiter({ rate: Infinity }), journals = memoryJournals(), onStep } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const context: ErrorContext = { side: 'source', progress };
  using attempt = new Attempt(options.signal, 'sending the guest', context);
  progress.phase('connecting');
  const connection = 'stream' in peer ? peer : await connect(peer, source, timeouts, attempt);
  const channel = new Channel(connection, 'target', timeouts, options.clock);
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
    const sending = { source, channel, limiter, journals, timeouts, attempt, progress, address, onStep };
    const { participant, saved } = await untilCommitted(sending);
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

/** A migration, phase after phase, as far as it can be taken back: when it fails, the guest runs on the source. */
async function untilCommitted(
  sending: Sending,
): Promise<{ readonly participant: SourceParticipant; readonly saved: SaveReport }> {
  const { channel, attempt } = sending;
  let offer: Offer | undefined;
  let participant: SourceParticipant | undefined;
  try {
    offer = await describe(sending);
    await channel.negotiate(attempt.signal);
    participant = await begin(sending, offer);
    await offerGuest(sending, participant, offer);
    const saved = await sendGuest(sending, participant);
    await commit(sending, participant, saved);
    return { participant, saved };
  } catch (thrown) {
    return abortUncommitted(sending, thrown, { offer, participant });
  }
}
