import { messageOf, VmToolsError } from '@vm-tools/errors';
import { systemClock, type Clock } from '@vm-tools/ratelimit';
import type { Reconnect } from '../options.ts';
import { Channel } from '../protocol/channel.ts';
import { asVmToolsError, otherSide, peerError } from '../protocol/remote-error.ts';
import type { TransferTimeouts } from '../protocol/timeouts.ts';
import { WORDS, type Answer } from './answers.ts';
import type { SourceParticipant, TargetParticipant } from './participant.ts';
import { requirePeer } from './same-peer.ts';

/** Pauses between questions grow up to this many times the first one. */
const LONGEST_PAUSE = 20;

export interface AskOptions {
  /** the connection that there still is */
  readonly channel?: Channel | undefined;
  readonly reconnect?: Reconnect | undefined;
  readonly timeouts: TransferTimeouts;
  readonly clock?: Clock | undefined;
  /** stops the asking */
  readonly signal?: AbortSignal | undefined;
}

/** The last answer of the other end, or the failure in its place. */
export interface Asked {
  readonly answer: Answer | undefined;
  /** that brought it; open, and closed by the caller */
  readonly channel: Channel | undefined;
  /** the first thing that went wrong, which is why it had to be asked again */
  readonly failure: VmToolsError | undefined;
  /** why the last question got no answer */
  readonly latest: VmToolsError | undefined;
}

/**
 * Asks the other end where the guest is, over the connection that there is and then over new ones, until it knows
 * (RUNNING or FENCED), has never heard of the transfer (UNKNOWN), or the time is over. To ask changes nothing that the
 * journal of this side has not permitted already, so it may be asked as often as one likes. Does not reject.
 */
export async function askUntilKnown(
  participant: SourceParticipant | TargetParticipant,
  options: AskOptions,
): Promise<Asked> {
  const { channel, reconnect, timeouts, clock = systemClock } = options;
  let answer: Answer | undefined;
  let failure: VmToolsError | undefined;
  let latest: VmToolsError | undefined;
  if (channel !== undefined) {
    try {
      answer = await askOnce(participant, channel, {
        ...timeouts,
        answerMs: Math.min(timeouts.answerMs, timeouts.confirmMs),
      });
      if (isKnown(answer)) return { answer, channel, failure, latest };
      failure = pendingError(answer, participant);
    } catch (thrown) {
      failure = asVmToolsError(thrown);
    }
  }
  if (reconnect === undefined) return { answer, channel: undefined, failure, latest };

  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(options.signal ? [options.signal] : [])]);
  const timer = new AbortController();
  clock.sleep(timeouts.confirmMs, timer.signal).then(
    () => over.abort(),
    () => undefined,
  );
  try {
    for (let pauseMs = 0; ;) {
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs || timeouts.retryMs, LONGEST_PAUSE * timeouts.retryMs);
      let fresh: Channel | undefined;
      try {
        const connection = await reconnect(participant.record, signal);
        fresh = new Channel(connection, otherSide(participant.record.role), timeouts, options.clock);
        requirePeer(participant.record, connection);
        await fresh.negotiate(signal);
        answer = await askOnce(participant, fresh, timeouts, signal);
        if (isKnown(answer)) return { answer, channel: fresh, failure, latest };
        latest = pendingError(answer, participant);
      } catch (thrown) {
        if (!signal.aborted) latest = asVmToolsError(thrown);
      }
      failure ??= latest;
      await fresh?.close();
    }
  } catch {
    // The pause was cut short: the time is over, or the caller has aborted.
  } finally {
    timer.abort();
  }
  return { answer, channel: undefined, failure, latest };
}

/** @returns whatever it says; the source wants the guest started, a target only wants to know */
async function askOnce(
  participant: SourceParticipant | TargetParticipant,
  channel: Channel,
  { answerMs }: TransferTimeouts,
  signal?: AbortSignal,
): Promise<Answer> {
  const question = { id: participant.id, epoch: participant.epoch };
  await participant.say(channel, participant.record.role === 'source' ? 'GO' : 'STATUS', question);
  return participant.hear(channel, WORDS, { limitMs: answerMs, signal });
}

/** PENDING may become anything by itself; the other three stay. */
function isKnown({ name }: Answer): boolean {
  return name !== 'PENDING';
}

function pendingError(answer: Answer, participant: SourceParticipant | TargetParticipant): VmToolsError {
  const side = otherSide(participant.record.role);
  const { error } = answer.body as { error?: Parameters<typeof peerError>[0] };
  if (error !== undefined) {
    return peerError(error, { code: 'XFR_TARGET_START_FAILED', did: 'could not start the guest', side });
  }
  return new VmToolsError({
    code: 'XFR_PENDING',
    kind: 'peer',
    retry: 'safe',
    side: participant.record.role,
    message: `the ${side} does not know yet where ${participant.record.guest.name} runs`,
    hint: 'ask again',
    details: { side },
  });
}

/** The target has not said where the guest runs: it stays suspended, whole, in the source's memory. */
export function uncertain(
  participant: SourceParticipant,
  { answer, failure, latest }: Asked,
  peer: string,
): VmToolsError {
  const { name, uuid } = participant.record.guest;
  const { id } = participant;
  const isUnknown = answer?.name === 'UNKNOWN';
  const cause = failure ?? latest;
  const why = isUnknown
    ? `${peer} knows of no transfer ${id} any more`
    : `${peer} was told to start ${name} and did not say whether it did${cause === undefined ? '' : `: ${messageOf(cause)}`}`;
  return new VmToolsError({
    code: 'XFR_UNCERTAIN',
    kind: 'uncertain',
    side: 'source',
    message: why,
    hint: isUnknown
      ? `find out whether ${name} runs on ${peer}, then say so here: vm-migrate resolve ${id} --owner here (or there); never let both run`
      : `ask again with vm-migrate resolve ${id}; do not resume ${name} by hand: until there is an answer it stays suspended here`,
    cause,
    guest: { name, uuid, state: 'suspended on the source, perhaps running on the target' },
    details: { id, peer, ...(latest === undefined ? {} : { latest: latest.toJSON() }) },
  });
}
