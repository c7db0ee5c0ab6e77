import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { TransferSummary } from '../events.ts';
import type { FoundTarget } from '@vm-tools/ports';
import type { Channel } from '../protocol/channel.ts';
import { MAX_WARNING_CHARACTERS, MOST_WARNINGS } from '../protocol/messages.ts';
import { inContext } from '../session/error-context.ts';
import { pursue, type TargetParticipant } from '../session/participant.ts';
import type { ProgressReporter } from '../session/progress.ts';
import { warnOfLost } from '../session/warn-of-lost.ts';
import { whereabouts } from '../session/whereabouts.ts';
import { removeFenced, sayWord } from './fence.ts';

interface StartOptions {
  readonly progress: ProgressReporter;
  readonly answerMs: number;
  /** of the target, for the source */
  readonly warnings?: readonly string[] | undefined;
}

/**
 * The target after "owner": the guest is ours to start, and the source waits for our word. RUNNING is said after it
 * runs, and FENCED after nothing of it is left, so that either can be relied on. When neither can be said truthfully,
 * the source gets PENDING, and leaves its copy suspended until we know.
 */
export async function startGuest(
  participant: TargetParticipant,
  target: Pick<FoundTarget, 'start' | 'abandon'>,
  channel: Channel,
  { progress, answerMs, warnings = [] }: StartOptions,
): Promise<TransferSummary> {
  progress.phase('starting');
  const { guest } = participant.record;
  const failure = await startOrRemove(participant, target);
  if (failure !== undefined && participant.guest !== 'running') {
    await sayWord(participant, channel).catch(() => undefined); // it asks again
    const isFenced = participant.guest === 'absent';
    const state = isFenced ? 'given back to the source' : 'suspended on the source, perhaps running here';
    throw failure.with({
      guest: whereabouts(guest, state),
      ...(isFenced ? {} : { kind: 'uncertain' as const }),
    });
  }
  if (failure !== undefined) {
    progress.warn({
      code: 'XFR_W_JOURNAL',
      message: `${guest.name} runs here, and that could not be written down: ${failure.message}`,
      hint: `try again with vm-migrate resolve ${participant.id}`,
    });
  }
  progress.started();
  warnOfLost(progress, warnings);
  const { domid } = participant;
  try {
    const said = warnings.slice(0, MOST_WARNINGS).map((message) => message.slice(0, MAX_WARNING_CHARACTERS));
    const lost = said.length === 0 ? {} : { warnings: said };
    await participant.say(channel, 'RUNNING', { domid, at: Date.now(), ...lost });
  } catch (thrown) {
    progress.warn({
      code: 'XFR_W_UNCONFIRMED',
      message: `${guest.name} runs here, and ${channel.peer} could not be told yet: ${messageOf(thrown)}`,
      hint: `wait: ${channel.peer} asks for it by itself; or run there vm-migrate resolve ${participant.id}`,
    });
    return progress.complete({ domid });
  }
  const summary = progress.complete({ domid });
  await untilBye(participant, channel, answerMs);
  return summary;
}

/**
 * Starts the guest, or removes it when that fails; returns what failed. What cannot be removed is told beside that,
 * and the journal says that it is still to be done. A guest that runs stays, whatever fails after that.
 */
export async function startOrRemove(
  participant: TargetParticipant,
  target: Pick<FoundTarget, 'start' | 'abandon'>,
): Promise<VmToolsError | undefined> {
  const start = async (): Promise<void> => {
    participant.domid = (await target.start()).domid;
  };
  try {
    await pursue(participant, { start });
    return undefined;
  } catch (thrown) {
    const failure = inContext(thrown, { side: 'target', progress: { currentPhase: 'starting' } });
    if (participant.guest === 'running') return failure;
    try {
      await participant.write('failing', 'start failed', { error: failure });
    } catch (second) {
      return failure.with({ leftovers: [`its journal could not be written: ${messageOf(second)}`] });
    }
    participant.guest = 'partial'; // whatever the start has left
    return removeFenced(participant, target, failure);
  }
}

/** The journal can end when the source knows. If that is not heard here, a later question or a day ends it. */
async function untilBye(participant: TargetParticipant, channel: Channel, limitMs: number): Promise<void> {
  try {
    await participant.hear(channel, ['BYE'], { limitMs });
  } catch {
    return;
  }
  if (participant.allows({ write: 'settled' }, 'BYE'))
    await participant.write('settled', 'BYE').catch(() => undefined);
}
