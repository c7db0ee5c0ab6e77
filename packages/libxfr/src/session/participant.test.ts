import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { stepName, type TransferStep } from '../commit/step.ts';
import { SOURCE, TARGET, type SourceState, type TargetState } from '../commit/table.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import { MemoryStorage } from '../journal/storage/memory-storage.ts';
import { storedJournals } from '../journal/stored-journals.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Body } from '../protocol/messages.ts';
import { Participant, pursue, type SourceParticipant, type TargetParticipant } from './participant.ts';

const START = {
  id: 'a'.repeat(32),
  guest: { name: 'web1', uuid: '0f0e0d0c-0b0a-0908-0706-050403020100' },
  peer: 'b',
};
const nothing = async (): Promise<void> => undefined;

const source = (journals = memoryJournals()): Promise<SourceParticipant> =>
  Participant.begin(SOURCE, journals, START, { guest: 'running' });

describe('a participant', () => {
  test('refuses every step that its table does not have', async () => {
    await using participant = await source();
    const refused = { code: 'XFR_NO_STEP', kind: 'failure' };
    await expect(participant.write('committed', 'READY')).rejects.toMatchObject(refused); // it runs
    await expect(participant.write('confirmed', 'RUNNING')).rejects.toMatchObject(refused);
    await expect(participant.act('destroy', nothing)).rejects.toMatchObject(refused);
    await participant.act('save', nothing, 'ACCEPT');
    await expect(participant.write('committed')).rejects.toMatchObject(refused); // not by itself
    await participant.write('committed', 'READY');
    await expect(participant.act('resume', nothing)).rejects.toMatchObject(refused);
    await expect(participant.write('aborted', 'failure')).rejects.toMatchObject({
      ...refused,
      message:
        'the source may not write aborted on failure in state committed with a guest that is suspended',
    });
    expect(participant.record.entries.map(({ state }) => state)).toEqual(['offered', 'committed']);
  });

  test('says what its state says, and nothing else', async () => {
    await using participant = await source();
    expect([
      participant.allows({ say: 'PENDING' }),
      participant.allows({ say: 'FENCED' }),
      participant.allows({ say: 'GO' }),
    ]).toEqual([true, false, false]);
  });

  test('sends nothing that its state may not say', async () => {
    await using participant = await source();
    const said: string[] = [];
    const channel = {
      send: async (name: string) => void said.push(name),
      abort: () => void said.push('ABORT'),
    } as unknown as Channel;
    const mayNot = (what: string, state: string, guest: string) => ({
      code: 'XFR_NO_STEP',
      message: `the source may not say ${what} in state ${state} with a guest that is ${guest}`,
    });
    await expect(participant.say(channel, 'GO', { id: START.id, epoch: 1 })).rejects.toMatchObject(
      mayNot('GO', 'offered', 'running'),
    );
    await participant.act('save', nothing, 'ACCEPT');
    await participant.write('committed', 'READY');
    const error = new VmToolsError({ code: 'A_B', message: 'no more' });
    await expect(participant.abort(channel, error)).rejects.toMatchObject(
      mayNot('ABORT', 'committed', 'suspended'),
    );
    expect(said).toEqual([]);
    await participant.say(channel, 'GO', { id: START.id, epoch: 1 });
    expect(said).toEqual(['GO']);
  });

  test('tells each step before and after it', async () => {
    const steps: string[] = [];
    const onStep = (step: TransferStep): void => {
      expect(step.id).toBe(START.id);
      steps.push(stepName(step));
    };
    await using participant: SourceParticipant = await Participant.begin(SOURCE, memoryJournals(), START, {
      guest: 'running',
      onStep,
    });
    expect(participant.id).toBe(START.id);
    await participant.act('save', nothing, 'ACCEPT');
    await participant.write('aborted', 'failure');
    await pursue(participant, { resume: nothing });
    expect(steps).toEqual(
      ['journal offered', 'guest save', 'journal aborted', 'guest resume', 'journal kept'].flatMap((step) => [
        `source before ${step}`,
        `source after ${step}`,
      ]),
    );
  });

  test('that is refused after its first line lets the guest go', async () => {
    const journals = memoryJournals();
    const onStep = ({ when }: TransferStep): void => {
      if (when === 'after') throw new Error('cut');
    };
    await expect(Participant.begin(SOURCE, journals, START, { guest: 'running', onStep })).rejects.toThrow(
      'cut',
    );
    await using journal = await journals.open(START.id);
    expect(journal.record.state).toBe('offered');
  });

  test('knows the number of the guest, and writes down the one that it has got here', async () => {
    const journals = memoryJournals();
    const start = { ...START, guest: { ...START.guest, domid: 3 } };
    await using participant = await Participant.begin(TARGET, journals, start, { guest: 'absent' });
    expect(participant.domid).toBe(3);
    participant.domid = 0;
    expect(participant.domid).toBe(0);
    await participant.write('fenced', 'failure');
    expect((await journals.read(START.id))?.guest.domid).toBe(0);
    expect(participant.record.entries.map(({ domid }) => domid)).toEqual([undefined, 0]);
  });

  test('tells that it gives up, and what it hears', async () => {
    const steps: string[] = [];
    await using participant: SourceParticipant = await Participant.begin(SOURCE, memoryJournals(), START, {
      guest: 'running',
      onStep: (step) => void steps.push(stepName(step)),
    });
    const said: VmToolsError[] = [];
    const accept = { name: 'ACCEPT', body: {} };
    const channel = {
      send: nothing,
      abort: (error: VmToolsError) => void said.push(error),
      expect: async () => accept,
    } as unknown as Channel;
    steps.length = 0;
    await participant.say(channel, 'HELLO', {} as Body<'HELLO'>);
    expect(await participant.hear(channel, ['ACCEPT'], { limitMs: 1 })).toBe(accept);
    await participant.write('aborted', 'failure');
    const error = new VmToolsError({ code: 'A_B', message: 'no more' });
    await participant.abort(channel, error);
    expect(said).toEqual([error]);
    expect(steps).toEqual([
      'source before send HELLO',
      'source after send HELLO',
      'source after receive ACCEPT',
      'source before journal aborted',
      'source after journal aborted',
      'source before send ABORT',
      'source after send ABORT',
    ]);
  });

  test('takes the guest to be as before when what is done to it fails', async () => {
    await using participant = await source();
    const failing = participant.act('save', () => Promise.reject(new Error('no')), 'ACCEPT');
    await expect(failing).rejects.toThrow('no');
    expect(participant.guest).toBe('running');
    expect(await participant.act('save', async () => 'bytes', 'ACCEPT')).toBe('bytes');
    expect(participant.guest).toBe('suspended');
  });

  test('does only what is right in both states when it is unknown which one the disk has', async () => {
    class BadDisk extends MemoryStorage {
      isGone = false;
      override async open(name: string, length: number): ReturnType<MemoryStorage['open']> {
        const file = await super.open(name, length);
        const unless = <T>(run: () => Promise<T>): Promise<T> =>
          this.isGone ? Promise.reject(new Error('EIO')) : run();
        return {
          ...file,
          append: (b) => unless(() => file.append(b)),
          truncate: (to) => unless(() => file.truncate(to)),
        };
      }
    }
    const disk = new BadDisk();
    await using participant = await source(storedJournals(disk));
    await participant.act('save', nothing, 'ACCEPT');
    disk.isGone = true;
    await expect(participant.write('committed', 'READY')).rejects.toMatchObject({ code: 'XFR_JOURNAL_IO' });
    expect(participant.allows({ act: 'resume' }, 'failure')).toBe(false);
    expect(participant.allows({ say: 'GO' })).toBe(false);
    expect(participant.allows({ write: 'aborted' }, 'failure')).toBe(false);
  });

  test.each([
    ['a line that is not there for certain', new VmToolsError({ code: 'XFR_NO_SPACE', message: 'full' })],
    ['an error of something else', new Error('EIO')],
  ])('is in the state in which it was after %s', async (_, thrown) => {
    const journals = memoryJournals();
    const journal = await journals.begin({ ...START, role: 'source' });
    const append = (): Promise<void> => Promise.reject(thrown);
    const participant = Participant.resume(
      SOURCE,
      {
        append,
        record: journal.record,
        remove: nothing,
        [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
      },
      { guest: 'running' },
    );
    await expect(participant.write('aborted', 'failure')).rejects.toBe(thrown);
    expect(participant.state).toBe('offered');
    expect(participant.allows({ write: 'aborted' }, 'failure')).toBe(true);
    await participant[Symbol.asyncDispose]();
  });

  test('leaves no journal when neither end can have relied on it', async () => {
    const journals = memoryJournals();
    {
      await using participant = await source(journals);
      await participant.write('aborted', 'REJECT');
      await pursue(participant, {});
    }
    expect((await journals.list()).records).toEqual([]);
  });

  test('leaves the journal of what others have relied on', async () => {
    const journals = memoryJournals();
    {
      await using participant = await source(journals);
      await participant.act('save', nothing, 'ACCEPT');
      await participant.write('committed', 'READY');
      await participant.write('confirmed', 'RUNNING');
      let isDestroyed = false;
      await pursue(participant, { destroy: async () => void (isDestroyed = true) });
      expect([participant.record.isEnded, isDestroyed]).toEqual([true, true]);
    }
    expect((await journals.list()).records).toMatchObject([{ id: START.id, isEnded: true }]);
  });
});

test('every state with something to do comes to its end by itself, with a guest in any state that it can have', async () => {
  const ends = async (
    role: 'source' | 'target',
    guest: 'absent' | 'paused' | 'running' | 'suspended',
    path: readonly (SourceState | TargetState)[],
  ) => {
    const journals = memoryJournals();
    await using journal = await journals.begin({ ...START, role });
    for (const state of path) await journal.append({ state, epoch: 1 });
    if (role === 'source') {
      const participant: SourceParticipant = Participant.resume(SOURCE, journal, { guest });
      await pursue(participant, { resume: nothing, destroy: nothing });
      return SOURCE.states[participant.state];
    }
    const participant: TargetParticipant = Participant.resume(TARGET, journal, { guest });
    await pursue(participant, { start: nothing, abandon: nothing });
    return TARGET.states[participant.state];
  };
  expect((await ends('source', 'suspended', ['committed', 'confirmed'])).isEnded).toBe(true);
  expect((await ends('source', 'suspended', ['aborted'])).isEnded).toBe(true);
  expect((await ends('source', 'absent', ['aborted'])).isEnded).toBe(true);
  for (const guest of ['absent', 'paused', 'running'] as const) {
    expect((await ends('target', guest, ['fenced'])).isEnded).toBe(true);
    expect((await ends('target', guest, ['ready', 'owner', 'failing'])).isEnded).toBe(true);
  }
  expect((await ends('target', 'paused', ['ready', 'owner'])).isDecided).toBe(true);
});

test('an action that is not given is taken as done', async () => {
  await using participant = await source();
  await participant.act('save', nothing, 'ACCEPT');
  await participant.write('aborted', 'failure');
  await pursue(participant, {});
  expect([participant.guest, participant.state]).toEqual(['running', 'kept']);
});

test('no walk through a table gets to where it has no name', () => {
  const walk = fc.array(fc.nat(20), { maxLength: 12 });
  fc.assert(
    fc.property(walk, fc.constantFrom(SOURCE, TARGET), (choices, { steps, states }) => {
      let state: string = 'idle';
      for (const choice of choices) {
        const out = steps.flatMap((step) => (step.in === state && 'write' in step ? [step.write] : []));
        state = out[choice % out.length] ?? state;
        const facts = (states as Record<string, { isEnded?: true }>)[state]!;
        expect(facts).toBeDefined();
        // Only what has ended has no way on.
        expect(steps.some((step) => step.in === state && 'write' in step)).toBe(facts.isEnded !== true);
      }
    }),
  );
});

test('an error that is written down keeps its words', async () => {
  const journals = memoryJournals();
  await using participant = await source(journals);
  const error = new VmToolsError({ code: 'A_B', kind: 'resource', message: 'no memory', hint: 'free some' });
  await participant.write('aborted', 'failure', { error });
  expect(participant.record.entries.at(-1)?.error).toMatchObject({
    code: 'A_B',
    kind: 'resource',
    hint: 'free some',
  });
});
