import { throwIfAborted } from '@vm-tools/errors';
import { systemClock, type Clock, type Limiter } from '@vm-tools/ratelimit';
import { requireOtherHost } from '../check/require-other-host.ts';
import type { OnStep } from '../commit/step.ts';
import { TARGET } from '../commit/table.ts';
import type { TransferSummary } from '../events.ts';
import { ReceivedImage } from '../image/receive.ts';
import type { OpenJournals } from '../journal/journals.ts';
import type { TransferId } from '../journal/record.ts';
import type { Offer, RestoreControl, Target } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import type { Control } from '../protocol/messages.ts';
import { encodeRemoteError } from '../protocol/remote-error.ts';
import type { TransferTimeouts } from '../protocol/timeouts.ts';
import type { Attempt } from '../session/attempt.ts';
import { inContext } from '../session/error-context.ts';
import { Participant, type TargetParticipant } from '../session/participant.ts';
import type { ProgressReporter } from '../session/progress.ts';
import { whereabouts } from '../session/whereabouts.ts';
import { fence } from './fence.ts';
import { forStranger } from './for-stranger.ts';
import { startGuest } from './start.ts';
import { waitForGo } from './wait-for-go.ts';
import type { Arrival, WaitingForGo } from './waiting-for-go.ts';

/** Makes the target for a guest that is offered. `id` is that of the transfer, by which both ends call it. */
export type MakeTarget = (offer: Offer, id: TransferId) => Target | Promise<Target>;

/** A guest on its way here, and what its phases share. */
export interface Receiving {
  readonly channel: Channel;
  readonly limiter: Limiter | undefined;
  readonly journals: OpenJournals;
  readonly timeouts: TransferTimeouts;
  readonly clock: Clock | undefined;
  /** of the caller; `attempt` fires at the first failure as well */
  readonly signal: AbortSignal | undefined;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
  /** of the source, for the journal */
  readonly address: string;
  /** needed until the offer has been looked at */
  readonly room: Disposable;
  readonly waitingForGo: WaitingForGo | undefined;
  readonly onStep: OnStep | undefined;
}

/** A migration as its target sees it, phase after phase. */
export async function receiveGuest(
  receiving: Receiving,
  hello: Control<'HELLO'>,
  makeTarget: MakeTarget,
): Promise<TransferSummary> {
  const { participant, target } = await begin(receiving, hello, makeTarget);
  await using held = participant;
  let go: Arrival | undefined;
  try {
    await untilReady(receiving, held, target, hello.body.offer);
    go = await untilOwner(receiving, held, target);
    const { progress, timeouts } = receiving;
    const { warnings } = target;
    return await startGuest(held, target, go.channel, { progress, answerMs: timeouts.answerMs, warnings });
  } finally {
    go?.done();
    await target.release?.();
  }
}

/** Nothing has been taken yet: when it fails, there is nothing to give up. */
async function begin(
  { channel, journals, attempt, progress, onStep, address }: Receiving,
  hello: Control<'HELLO'>,
  makeTarget: MakeTarget,
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
  { channel, limiter, attempt, progress, timeouts, room }: Receiving,
  participant: TargetParticipant,
  target: Target,
  offer: Offer,
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
    const { opened } = target;
    await participant.write('ready', undefined, { disks: opened && { are: 'opened', ...opened } });
  } catch (thrown) {
    return fence(participant, target, channel, attempt.cause(thrown));
  }
}

/** The last moment at which it can be given up: afterwards the guest is ours. */
async function untilOwner(
  { channel, waitingForGo, clock = systemClock, signal, timeouts, progress }: Receiving,
  participant: TargetParticipant,
  target: Target,
): Promise<Arrival> {
  let go: Arrival | undefined;
  try {
    go = await waitForGo(participant, channel, { waitingForGo, clock, signal, timeouts });
    throwIfAborted(signal, 'waiting for GO'); // the last moment at which a caller may cancel
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
