import { throwIfAborted } from '@vm-tools/errors';
import { systemClock } from '@vm-tools/ratelimit';
import { answerCheck } from '../check/answer-check.ts';
import { requireOtherHost } from '../check/require-other-host.ts';
import { TARGET } from '../commit/table.ts';
import type { TransferSummary } from '../events.ts';
import { ReceivedImage } from '../image/receive.ts';
import type { OpenJournals } from '../journal/journals.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { TransferId } from '../journal/record.ts';
import type { PeerOptions } from '../options.ts';
import type { Check, Offer, RestoreControl, Target } from '../ports.ts';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Control } from '../protocol/messages.ts';
import { asVmToolsError, encodeRemoteError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import { Participant, type TargetParticipant } from '../session/participant.ts';
import { ProgressReporter } from '../session/progress.ts';
import { warnIfPlain } from '../session/warn-if-plain.ts';
import { whereabouts } from '../session/whereabouts.ts';
import { answerQuestions } from './answer-questions.ts';
import { fence } from './fence.ts';
import { forStranger } from './for-stranger.ts';
import type { OfferRoom } from './offer-room.ts';
import { startGuest } from './start.ts';
import { waitForGo } from './wait-for-go.ts';
import type { Arrival, WaitingForGo } from './waiting-for-go.ts';

/** `id` is that of the transfer, by which both ends call it. */
export type MakeTarget = (offer: Offer, id: TransferId) => Target | Promise<Target>;

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
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const journals = options.journals ?? memoryJournals();
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const context: ErrorContext = { side: 'target', progress };
  using attempt = new Attempt(options.signal, 'receiving a guest', context);
  progress.phase('connecting');
  const channel = new Channel(connection, 'source', timeouts);
  using room = roomFor(channel, connection.who, { offers: options.offers, timeouts });
  try {
    warnIfPlain(connection, progress);
    const first = await firstMessage(channel, timeouts, attempt);
    if (first.name === 'CHECK') {
      const { id, offer, host } = first.body;
      const ask = options.check ?? (async () => (await makeTarget(offer, id)).check(offer));
      const limits = { limitMs: timeouts.answerMs, signal: attempt.signal };
      const check = async (): Promise<readonly Check[]> => {
        const self = await requireOtherHost(journals, host).catch(asVmToolsError);
        return self === undefined ? ask(offer) : [{ name: 'host', error: self }];
      };
      await answerCheck(channel, check, limits);
      return undefined;
    }
    if (first.name !== 'HELLO') {
      const { waitingForGo, onStep, signal } = options;
      const limitMs = timeouts.handshakeMs;
      await answerQuestions(channel, first, { journals, waitingForGo, onStep, limitMs, signal });
      return undefined;
    }
    const address = connection.address ?? connection.peer;
    const parts = { ...options, timeouts, journals, attempt, progress, address, room };
    return await receiveGuest(channel, first, makeTarget, parts);
  } catch (thrown) {
    throw inContext(thrown, context);
  } finally {
    await channel.close();
  }
}

/** An offer is read when there is room for it. */
function roomFor(
  channel: Channel,
  who: string | undefined,
  { offers, timeouts }: { readonly offers: OfferRoom | undefined; readonly timeouts: TransferTimeouts },
): Disposable {
  const room = new DisposableStack();
  channel.askBeforeBody(async (name, bytes) => {
    if (offers === undefined || (name !== 'HELLO' && name !== 'CHECK')) return;
    // Less than the peer has for its first message, so that it hears what it waits for.
    const entered = await offers.enter(bytes, who, timeouts.handshakeMs / 2);
    if (room.disposed) entered[Symbol.dispose]();
    else room.use(entered);
  });
  return room;
}

async function firstMessage(
  channel: Channel,
  { handshakeMs }: TransferTimeouts,
  attempt: Attempt,
): Promise<Control<'HELLO' | 'CHECK' | 'GO' | 'STATUS'>> {
  const { signal } = attempt;
  try {
    await channel.negotiate(signal);
    return await channel.expect(['HELLO', 'CHECK', 'GO', 'STATUS'], { limitMs: handshakeMs, signal });
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    channel.abort(failure);
    throw failure.with({ guest: whereabouts(undefined, 'never started here') });
  }
}

interface Parts extends ReceiveOptions {
  readonly timeouts: TransferTimeouts;
  readonly journals: OpenJournals;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
  /** of the source, for the journal */
  readonly address: string;
  /** needed until the offer has been looked at */
  readonly room: Disposable;
}

async function receiveGuest(
  channel: Channel,
  hello: Control<'HELLO'>,
  makeTarget: MakeTarget,
  parts: Parts,
): Promise<TransferSummary> {
  const { participant, target } = await begin(channel, hello, makeTarget, parts);
  await using held = participant;
  let go: Arrival | undefined;
  try {
    await untilReady(held, target, channel, hello.body.offer, parts);
    go = await untilOwner(held, target, channel, parts);
    const { progress, timeouts } = parts;
    return await startGuest(held, target, go.channel, { progress, answerMs: timeouts.answerMs });
  } finally {
    go?.done();
    await target.release?.();
  }
}

/** Nothing has been taken yet: when it fails, there is nothing to give up. */
async function begin(
  channel: Channel,
  hello: Control<'HELLO'>,
  makeTarget: MakeTarget,
  { journals, attempt, progress, onStep, address }: Parts,
): Promise<{ participant: TargetParticipant; target: Target }> {
  const { id, epoch, offer } = hello.body;
  const { name, uuid } = offer;
  try {
    await onStep?.({ side: 'target', when: 'after', kind: 'receive', name: 'HELLO', id });
    progress.setTotal(offer.memoryBytes);
    progress.phase('reserving');
    await requireOtherHost(journals, hello.body.host);
    const target = await makeTarget(offer, id);
    await target.requireFree?.(offer);
    const start = { id, epoch, guest: { name, uuid }, peer: address, who: channel.who };
    const participant = await Participant.begin(TARGET, journals, start, { guest: 'absent', onStep });
    progress.began({ id, role: 'target', guest: { name, uuid }, peer: address });
    return { participant, target };
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    channel
      .send('REJECT', { error: encodeRemoteError(forStranger(failure), 'target') })
      .catch(() => undefined);
    throw failure.with({ guest: whereabouts(offer, 'never started here') });
  }
}

/** All that can be given up without asking: when it fails, nothing of the guest is here. */
async function untilReady(
  participant: TargetParticipant,
  target: Target,
  channel: Channel,
  offer: Offer,
  { limiter, attempt, progress, timeouts, room }: Parts,
): Promise<void> {
  const { signal } = attempt;
  try {
    await participant.act('reserve', () => target.reserve(offer));
    room[Symbol.dispose]();
    signal.throwIfAborted();
    await participant.say(channel, 'ACCEPT', { epoch: participant.epoch });

    progress.phase('receiving');
    const { answerMs } = timeouts;
    const { memoryBytes } = offer;
    const image = new ReceivedImage(channel, { progress, attempt, limiter, answerMs, memoryBytes });
    const onNewMemory = (bytes: number): void => image.addNew(bytes);
    await participant.act(
      'restore',
      () => restore(target, image, { signal, transferId: participant.id, onNewMemory }),
      'EOS',
    );
    signal.throwIfAborted();
    participant.domid = target.domid;
    await participant.write('ready');
  } catch (thrown) {
    return fence(participant, target, channel, attempt.cause(thrown));
  }
}

/** The last moment at which it can be given up: afterwards the guest is ours. */
async function untilOwner(
  participant: TargetParticipant,
  target: Target,
  channel: Channel,
  { waitingForGo, clock = systemClock, signal, timeouts, progress }: Parts,
): Promise<Arrival> {
  let go: Arrival | undefined;
  try {
    go = await waitForGo(participant, channel, { waitingForGo, clock, signal, timeouts });
    throwIfAborted(signal, 'waiting for GO'); // the last moment at which somebody may change his mind
    await participant.write('owner', 'GO');
    return go;
  } catch (thrown) {
    go?.done();
    return fence(participant, target, channel, inContext(thrown, { side: 'target', progress }));
  }
}

async function restore(target: Target, image: ReceivedImage, control: RestoreControl): Promise<void> {
  const stream = image.stream();
  try {
    await target.restore(stream, control);
  } finally {
    stream.destroy();
  }
  await image.finish();
}
