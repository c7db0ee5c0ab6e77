import { messageOf, VmToolsError } from '@vm-tools/errors';
import { pursue, type TargetParty } from './commit/party.ts';
import type { TransferSummary } from './events.ts';
import type { FoundTarget } from './ports.ts';
import { placed } from './place.ts';
import type { ProgressReporter } from './progress.ts';
import type { Channel } from './protocol/channel.ts';
import { removeFenced, sayWord } from './give-up.ts';
import { whereabouts } from './whereabouts.ts';

/**
 * What follows "owner": the guest is ours to start, and the source waits for our word. RUNNING is said after it runs,
 * and FENCED after nothing of it is left, so that either can be relied on. When neither can be said truthfully, the
 * source hears PENDING, and leaves its copy suspended until we know.
 */
export async function startGuest(
  party: TargetParty,
  target: Pick<FoundTarget, 'start' | 'abandon'>,
  channel: Channel,
  { progress, answerMs }: { readonly progress: ProgressReporter; readonly answerMs: number },
): Promise<TransferSummary> {
  progress.phase('starting');
  const { guest } = party.record;
  const failure = await bringUp(party, target);
  if (failure !== undefined && party.guest !== 'running') {
    await sayWord(party, channel).catch(() => undefined); // it asks again
    const isFenced = party.guest === 'absent';
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
      hint: `vm-migrate resolve ${party.id} tries again`,
    });
  }
  progress.started();
  const { domid } = party;
  try {
    await party.say(channel, 'RUNNING', { domid, at: Date.now() });
  } catch (thrown) {
    progress.warn({
      code: 'XFR_W_UNCONFIRMED',
      message: `${guest.name} runs here, and ${channel.peer} could not be told yet: ${messageOf(thrown)}`,
      hint: `${channel.peer} asks for it by itself, or when somebody there runs vm-migrate resolve ${party.id}`,
    });
    return progress.complete({ domid });
  }
  const summary = progress.complete({ domid });
  await untilBye(party, channel, answerMs);
  return summary;
}

/**
 * Starts the guest, or removes it when that fails; returns what failed. What cannot be removed is told beside that,
 * and the journal says that it is still to be done. A guest that runs stays, whatever fails after that.
 */
export async function bringUp(
  party: TargetParty,
  target: Pick<FoundTarget, 'start' | 'abandon'>,
): Promise<VmToolsError | undefined> {
  const start = async (): Promise<void> => {
    party.domid = (await target.start()).domid;
  };
  try {
    await pursue(party, { start });
    return undefined;
  } catch (thrown) {
    const failure = placed(thrown, { side: 'target', progress: { currentPhase: 'starting' } });
    if (party.guest === 'running') return failure;
    try {
      await party.write('failing', 'start failed', failure);
    } catch (second) {
      return failure.with({ leftovers: [`its journal could not be written: ${messageOf(second)}`] });
    }
    party.guest = 'partial'; // whatever the start has left
    return removeFenced(party, target, failure);
  }
}

/** The journal can end when the source knows. If that is not heard here, a later question or a day ends it. */
async function untilBye(party: TargetParty, channel: Channel, limitMs: number): Promise<void> {
  try {
    await party.hear(channel, ['BYE'], { limitMs });
  } catch {
    return;
  }
  if (party.allows({ write: 'settled' }, 'BYE')) await party.write('settled', 'BYE').catch(() => undefined);
}
