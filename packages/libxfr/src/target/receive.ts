import { answerCheck } from '../check/answer-check.ts';
import { answerWhere } from '../check/where.ts';
import { requireOtherHost } from '../check/require-other-host.ts';
import type { TransferSummary } from '../events.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { PeerOptions } from '../options.ts';
import type { Check, GuestPlace, Offer, WantedGuest } from '@vm-tools/ports';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Control } from '../protocol/messages.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import { ProgressReporter } from '../session/progress.ts';
import { warnIfPlain } from '../session/warn-if-plain.ts';
import { whereabouts } from '../session/whereabouts.ts';
import { answerQuestions } from './answer-questions.ts';
import { roomForOffer, type OfferRoom } from './offer-room.ts';
import { receiveGuest, type MakeTarget } from './receive-guest.ts';
import type { WaitingForGo } from './waiting-for-go.ts';

/** Options of the target's end of a migration. */
export interface ReceiveOptions extends PeerOptions {
  /** shared by all sessions of a process, so that GO may come over any of them. @default none */
  readonly waitingForGo?: WaitingForGo | undefined;
  /** shared by all sessions of a process: where their offers are read. @default as much as comes */
  readonly offers?: OfferRoom | undefined;
  /**
   * Answers a source that only wants to know what would become of its offer: all that `makeTarget` asks first, and the
   * target's own checks. @default these alone
   */
  readonly check?: ((offer: Offer) => Promise<readonly Check[]>) | undefined;
  /** Answers a peer that asks where a guest is. @default it is told that this is not known here */
  readonly where?: ((wanted: WantedGuest) => Promise<readonly GuestPlace[]>) | undefined;
}

/**
 * Serves one peer: takes a guest from it, which is the other end of `sendToPeer`, or answers what it asks about an
 * earlier one. Resolves when the guest runs here and the source knows that, or cannot be told; with undefined when
 * there were only questions, an offer that is not meant yet (CHECK) among them.
 *
 * Until the source gives its word (GO), any failure and any abort ends with `abandon()`, and the source is told why.
 * After GO an abort is not heard any more.
 *
 * @param connection is ended in any case
 * @param makeTarget called when an offer has come, before anything is written down; what it throws refuses the offer
 * @throws VmToolsError
 *   XFR_PEER_ABORTED (the source's error is the cause, and gives the kind); XFR_DIGEST (corrupt);
 *   XFR_CONNECTION_LOST, XFR_PROTOCOL, XFR_PROTOCOL_MAGIC, XFR_PROTOCOL_OLDER, XFR_PROTOCOL_NEWER,
 *   XFR_TRANSFER_EXISTS (peer); XFR_PEER_SILENT, XFR_LEASE_EXPIRED (timeout); INTERRUPTED (interrupted);
 *   XFR_GUEST_BUSY (usage), XFR_UNRESOLVED (uncertain), XFR_JOURNAL_IO, XFR_JOURNAL_CORRUPT: the journals do not let it;
 *   and whatever the target rejects with
 */
export async function receiveFromPeer(
  connection: Connection,
  makeTarget: MakeTarget,
  options: ReceiveOptions = {},
): Promise<TransferSummary | undefined> {
  const { journals = memoryJournals(), waitingForGo, onStep, limiter, clock, signal } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  using progress = new ProgressReporter(options.onEvent, clock);
  const context: ErrorContext = { side: 'target', progress };
  using attempt = new Attempt(signal, 'receiving a guest', context);
  progress.phase('connecting');
  const channel = new Channel(connection, 'source', timeouts, clock);
  // Less than the peer has for its first message, so that it gets the reason for its wait.
  using room = roomForOffer(channel, options.offers, timeouts.handshakeMs / 2);
  try {
    warnIfPlain(connection, progress);
    const first = await firstMessage(channel, timeouts, attempt);
    switch (first.name) {
      case 'HELLO': {
        const address = connection.address ?? connection.peer;
        const shared = { journals, waitingForGo, onStep, limiter, clock, signal, timeouts };
        const receiving = { ...shared, channel, attempt, progress, address, room };
        return await receiveGuest(receiving, first, makeTarget);
      }
      case 'CHECK': {
        const { id, offer, host } = first.body;
        const ask = options.check ?? (async () => (await makeTarget(offer, id)).check(offer));
        const check = async (): Promise<readonly Check[]> => {
          const self = await requireOtherHost(journals, host).catch(asVmToolsError);
          return self === undefined ? ask(offer) : [{ name: 'host', error: self }];
        };
        await answerCheck(channel, check, { limitMs: timeouts.answerMs, signal: attempt.signal });
        return undefined;
      }
      case 'WHERE': {
        const limits = { limitMs: timeouts.answerMs, signal: attempt.signal };
        await answerWhere(channel, options.where, first.body, limits);
        return undefined;
      }
      default: {
        const limits = { limitMs: timeouts.handshakeMs, signal };
        await answerQuestions(channel, first, { journals, waitingForGo, onStep, ...limits });
        return undefined;
      }
    }
  } catch (thrown) {
    throw inContext(thrown, context);
  } finally {
    await channel.close();
  }
}

async function firstMessage(
  channel: Channel,
  { handshakeMs }: TransferTimeouts,
  attempt: Attempt,
): Promise<Control<'HELLO' | 'CHECK' | 'WHERE' | 'GO' | 'STATUS'>> {
  const { signal } = attempt;
  try {
    await channel.negotiate(signal);
    return await channel.expect(['HELLO', 'CHECK', 'WHERE', 'GO', 'STATUS'], {
      limitMs: handshakeMs,
      signal,
    });
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    channel.abort(failure);
    throw failure.with({ guest: whereabouts(undefined, 'never started here') });
  }
}
