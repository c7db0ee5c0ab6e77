import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { MemoryStorage } from '../journal/memory-storage.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import { storedJournals } from '../journal/stored-journals.ts';
import type { Channel } from '../protocol/channel.ts';
import { Party, pursue, type SourceParty, type TargetParty } from './party.ts';
import { stepName } from './step.ts';
import { SOURCE, TARGET, type SourceState, type TargetState } from './table.ts';

const START = {
  id: 'a'.repeat(32),
  guest: { name: 'web1', uuid: '0f0e0d0c-0b0a-0908-0706-050403020100' },
  peer: 'b',
};
const nothing = async (): Promise<void> => undefined;

const source = (journals = memoryJournals()): Promise<SourceParty> =>
  Party.begin(SOURCE, journals, START, { guest: 'running' });

describe('a party', () => {
  test('refuses every step that its table does not have', async () => {
    await using party = await source();
    const refused = { code: 'XFR_NO_STEP', kind: 'failure' };
    await expect(party.write('committed', 'READY')).rejects.toMatchObject(refused); // it runs
    await expect(party.write('confirmed', 'RUNNING')).rejects.toMatchObject(refused);
    await expect(party.act('destroy', nothing)).rejects.toMatchObject(refused);
    await party.act('save', nothing, 'ACCEPT');
    await expect(party.write('committed')).rejects.toMatchObject(refused); // not by itself
    await party.write('committed', 'READY');
    await expect(party.act('resume', nothing)).rejects.toMatchObject(refused);
    await expect(party.write('aborted', 'failure')).rejects.toMatchObject({
      ...refused,
      message:
        'the source may not write aborted on failure in state committed with a guest that is suspended',
    });
    expect(party.record.entries.map(({ state }) => state)).toEqual(['offered', 'committed']);
  });

  test('says what its state says, and nothing else', async () => {
    await using party = await source();
    expect([
      party.allows({ say: 'PENDING' }),
      party.allows({ say: 'FENCED' }),
      party.allows({ say: 'GO' }),
    ]).toEqual([true, false, false]);
  });

  test('sends nothing that its state may not say', async () => {
    await using party = await source();
    const said: string[] = [];
    const channel = {
      send: async (name: string) => void said.push(name),
      abort: () => void said.push('ABORT'),
    } as unknown as Channel;
    const refused = { code: 'XFR_NO_STEP' };
    await expect(party.say(channel, 'GO', { id: START.id, epoch: 1 })).rejects.toMatchObject(refused);
    await party.act('save', nothing, 'ACCEPT');
    await party.write('committed', 'READY');
    const error = new VmToolsError({ code: 'A_B', message: 'no more' });
    await expect(party.abort(channel, error)).rejects.toMatchObject(refused);
    expect(said).toEqual([]);
    await party.say(channel, 'GO', { id: START.id, epoch: 1 });
    expect(said).toEqual(['GO']);
  });

  test('tells each step before and after it', async () => {
    const steps: string[] = [];
    const onStep = (step: Parameters<typeof stepName>[0]): void => void steps.push(stepName(step));
    await using party: SourceParty = await Party.begin(SOURCE, memoryJournals(), START, {
      guest: 'running',
      onStep,
    });
    await party.act('save', nothing, 'ACCEPT');
    await party.write('aborted', 'failure');
    await pursue(party, { resume: nothing });
    expect(steps).toEqual(
      ['journal offered', 'guest save', 'journal aborted', 'guest resume', 'journal kept'].flatMap((step) => [
        `source before ${step}`,
        `source after ${step}`,
      ]),
    );
  });

  test('does only what is right in both states when nobody knows which one the disk has', async () => {
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
    await using party = await source(storedJournals(disk));
    await party.act('save', nothing, 'ACCEPT');
    disk.isGone = true;
    await expect(party.write('committed', 'READY')).rejects.toMatchObject({ code: 'XFR_JOURNAL_IO' });
    expect(party.allows({ act: 'resume' }, 'failure')).toBe(false);
    expect(party.allows({ say: 'GO' })).toBe(false);
    expect(party.allows({ write: 'aborted' }, 'failure')).toBe(false);
  });

  test('leaves no journal when nobody can ever have relied on it', async () => {
    const journals = memoryJournals();
    {
      await using party = await source(journals);
      await party.write('aborted', 'REJECT');
      await pursue(party, {});
    }
    expect((await journals.list()).records).toEqual([]);
  });

  test('leaves the journal of what others have relied on', async () => {
    const journals = memoryJournals();
    {
      await using party = await source(journals);
      await party.act('save', nothing, 'ACCEPT');
      await party.write('committed', 'READY');
      await party.write('confirmed', 'RUNNING');
      await pursue(party, { destroy: nothing });
      expect(party.record.isEnded).toBe(true);
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
      const party: SourceParty = Party.resume(SOURCE, journal, { guest });
      await pursue(party, { resume: nothing, destroy: nothing });
      return SOURCE.states[party.state];
    }
    const party: TargetParty = Party.resume(TARGET, journal, { guest });
    await pursue(party, { start: nothing, abandon: nothing });
    return TARGET.states[party.state];
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
  await using party = await source(journals);
  const error = new VmToolsError({ code: 'A_B', kind: 'resource', message: 'no memory', hint: 'free some' });
  await party.write('aborted', 'failure', error);
  expect(party.record.entries.at(-1)?.error).toMatchObject({
    code: 'A_B',
    kind: 'resource',
    hint: 'free some',
  });
});
