import { VmToolsError } from '@vm-tools/errors';
import { SOURCE, TARGET } from '../commit/table.ts';
import type { Journal } from '../journal/journals.ts';
import type { FoundSource, FoundTarget } from '@vm-tools/ports';
import { DEFAULT_TIMEOUTS } from '../protocol/timeouts.ts';
import { askUntilKnown, uncertain, type Asked } from '../session/ask.ts';
import {
  Participant,
  pursue,
  type SourceParticipant,
  type TargetParticipant,
} from '../session/participant.ts';
import { destroyCopy, twoRunning } from '../source/after-commit.ts';
import { changeIn, unlessChanged } from '../source/changed.ts';
import { startOrRemove } from '../target/start.ts';
import type { RecoveryOptions } from './options.ts';
import { requireFenced } from './require-fenced.ts';

/** The side that gets the guest, when only the operator can say it; "here" is the operator's own host. */
export type Owner = 'here' | 'there';

/** What the operator says of a transfer whose other end cannot be asked. */
export interface OperatorsWord {
  /**
   * Says which side owns the guest when the other end cannot: it is gone for good, or has lost its journal. "here" is
   * this host. A wrong answer starts a second copy.
   */
  readonly owner?: Owner | undefined;
  /**
   * The host of the other end, which was switched off: its name, or its address as the journal has it. Goes with the
   * owner "here", and into the journal. The guest may have run there until then, so that its disks are newer than its
   * memory here: a copy that waits here is removed, and not resumed.
   */
  readonly fenced?: string | undefined;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Goes on with a transfer of which nothing is left but its journal and the guest: first what the table has for a
 * restart, then each next step, until it has ended or waits for the other end.
 *
 * @param word decides where the table asks for it; refused while the other end can be asked
 * @throws VmToolsError XFR_UNCERTAIN, XFR_TWO_RUNNING (uncertain), XFR_OWNER_REFUSED, XFR_NOT_FENCED (usage), and what
 *   the journal or the guest says
 */
export async function goOn(
  journal: Journal,
  options: RecoveryOptions,
  { owner, fenced }: OperatorsWord = {},
): Promise<void> {
  const { record } = journal;
  const word = { owner, fenced };
  const { onStep, finder } = options;
  if (record.role === 'source') {
    const found = await finder.findSource(record);
    // Only the hypervisor knows whether it was suspended already; `resume` is right in either case.
    const guest = found === undefined ? 'absent' : 'suspended';
    const participant: SourceParticipant = Participant.resume(SOURCE, journal, { guest, onStep });
    await using held = participant;
    await goOnSource(held, found, options, word);
  } else {
    const found = await finder.findTarget(record);
    const participant: TargetParticipant = Participant.resume(TARGET, journal, {
      guest: found?.state ?? 'absent',
      onStep,
    });
    await using held = participant;
    await goOnTarget(held, found, options, word);
  }
}

async function goOnSource(
  participant: SourceParticipant,
  found: FoundSource | undefined,
  options: RecoveryOptions,
  word: OperatorsWord,
): Promise<void> {
  const { owner, fenced } = word;
  if (participant.allows({ write: 'aborted' }, 'restart'))
    await participant.write('aborted', 'restart', { error: stopped('sending') });
  const isOpen = participant.state === 'committed';
  // The copy here may have run: whether to remove it is for the operator to say.
  const isForced = participant.state === 'confirmed' && owner === 'there';
  if (owner !== undefined && !isOpen && !isForced) throw nothingToDecide(participant);
  const asked = isOpen ? await ask(participant, options, word) : undefined;
  try {
    if (asked !== undefined) {
      const on = decide(participant, asked, owner);
      if (on === undefined) throw uncertain(participant, asked, participant.record.peer);
      await participant.write(on === 'RUNNING' || on === 'owner there' ? 'confirmed' : 'aborted', on, {
        fenced,
      });
      // It is not going to be asked again.
      if (asked.channel && on === 'RUNNING')
        await participant.say(asked.channel, 'BYE', {}).catch(() => undefined);
    }
    await removeOlder(participant, found);
    await pursue(participant, {
      resume: async () => found?.resume(),
      destroy: async () => (owner === 'there' ? found?.destroy() : destroyCopy(found)),
    });
  } catch (thrown) {
    throw changeIn(thrown) === undefined || isFenced(participant) ? thrown : twoRunning(participant, thrown);
  } finally {
    await asked?.channel?.close();
  }
}

/** The copy of a guest that may have run at a target which was switched off then: its disks have gone on without it. */
async function removeOlder(participant: SourceParticipant, found: FoundSource | undefined): Promise<void> {
  if (found === undefined || !isFenced(participant)) return;
  if (!participant.allows({ act: 'destroy' }, 'target was fenced')) return;
  const change = await unlessChanged(found, () =>
    participant.act('destroy', () => found.destroy(), 'target was fenced'),
  );
  // One that runs has been resumed by hand, and runs alone.
  if (change?.now === 'other') throw change.error;
  if (change?.now === 'absent') participant.guest = 'absent';
}

function isFenced({ record }: SourceParticipant): boolean {
  return record.entries.some(({ fenced }) => fenced !== undefined);
}

async function goOnTarget(
  participant: TargetParticipant,
  found: FoundTarget | undefined,
  options: RecoveryOptions,
  word: OperatorsWord,
): Promise<void> {
  const { owner, fenced } = word;
  const { now = Date.now } = options;
  const { record } = participant;
  if (participant.allows({ write: 'fenced' }, 'restart'))
    await participant.write('fenced', 'restart', { error: stopped('receiving') });
  const isOpen = participant.state === 'owner' && participant.guest === 'absent';
  if (owner !== undefined && !isOpen) throw nothingToDecide(participant);
  if (isOpen) {
    const asked = await ask(participant, options, word);
    await asked.channel?.close();
    const on = decide(participant, asked, owner);
    if (on === undefined) throw lost(participant, asked);
    await participant.write(on === 'RUNNING' || on === 'owner here' ? 'running' : 'failing', on, { fenced });
  }
  if (participant.state === 'running' && (record.entries.at(-1)?.at ?? 0) + DAY_MS <= now()) {
    await participant.write('settled', 'a day passed');
  }
  if (found !== undefined && participant.state === 'owner') {
    const failure = await startOrRemove(participant, found);
    if (failure !== undefined) throw failure;
  }
  await pursue(participant, { abandon: async () => found?.abandon() });
}

async function ask(
  participant: SourceParticipant | TargetParticipant,
  options: RecoveryOptions,
  { owner, fenced }: OperatorsWord,
): Promise<Asked> {
  const { reconnect, clock, signal } = options;
  if (fenced !== undefined) {
    await requireFenced(participant.record, fenced, options);
    return { answer: undefined, channel: undefined, failure: undefined, latest: undefined };
  }
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  // An operator who decides does not want to wait long, but the other end must have had its chance to answer.
  const confirmMs =
    owner === undefined ? timeouts.confirmMs : Math.min(timeouts.confirmMs, timeouts.handshakeMs);
  return askUntilKnown(participant, { reconnect, clock, signal, timeouts: { ...timeouts, confirmMs } });
}

/** The deciding word: that of the other end, or without one the operator's; undefined when there is neither. */
function decide(
  participant: SourceParticipant | TargetParticipant,
  { answer }: Asked,
  owner: Owner | undefined,
): 'RUNNING' | 'FENCED' | `owner ${Owner}` | undefined {
  const said = answer?.name;
  // A source that says PENDING waits for this target, so it does not know; a target that says so is about to.
  const canTell =
    said === 'RUNNING' || said === 'FENCED' || (said === 'PENDING' && participant.record.role === 'source');
  if (owner !== undefined) {
    if (canTell) throw refused(participant, `the other end can be asked: it says ${said}`);
    return `owner ${owner}`;
  }
  return said === 'RUNNING' || said === 'FENCED' ? said : undefined;
}

function stopped(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_STOPPED',
    kind: 'interrupted',
    message: `the process that was ${what} the guest ended in the middle of it`,
    hint: 'begin again',
  });
}

function nothingToDecide(participant: SourceParticipant | TargetParticipant): VmToolsError {
  return refused(participant, `its journal is "${participant.state}", which decides it already`);
}

function refused({ id, state }: SourceParticipant | TargetParticipant, why: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_OWNER_REFUSED',
    kind: 'usage',
    message: `the operator need not say who owns the guest of transfer ${id}: ${why}`,
    hint: `run vm-migrate resolve ${id}, without --owner`,
    details: { id, state },
  });
}

/** It was to be started here, and is not here any more: it may have run, and been destroyed, or never have run. */
function lost({ id, record }: TargetParticipant, { failure, latest }: Asked): VmToolsError {
  const { name, uuid } = record.guest;
  return new VmToolsError({
    code: 'XFR_UNCERTAIN',
    kind: 'uncertain',
    side: 'target',
    message: `${name} was to be started here, is not here any more, and its source does not know whether it has run`,
    hint: `if it has run here: vm-migrate resolve ${id} --owner here; if it certainly has not, --owner there gives it back to the source`,
    cause: failure ?? latest,
    guest: { name, uuid, state: 'suspended on the source, perhaps has run here' },
    details: { id, peer: record.peer },
  });
}
