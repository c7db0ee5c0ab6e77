import { describe, expect, test } from '@jest/globals';
import type { SourceState, TargetState } from '../commit/table.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { JournalEntry, TargetRecord } from '../journal/record.ts';
import type { RemoteErrorBody } from '../protocol/remote-error-schema.ts';
import { answerOf, type Answer } from './answers.ts';

const START = {
  id: 'a'.repeat(32),
  guest: { name: 'web1', uuid: '0f0e0d0c-0b0a-0908-0706-050403020100', domid: 7 },
  peer: 'b',
};

/** The answer from a journal with these states. */
async function answer(
  role: 'source' | 'target',
  ...states: readonly (SourceState | TargetState)[]
): Promise<Answer> {
  await using journal = await memoryJournals().begin({ ...START, role });
  for (const state of states) await journal.append({ state, epoch: 1 });
  return answerOf(journal.record);
}

test('a guest that was given up says whether its start had been tried', async () => {
  expect(await answer('target', 'fenced')).toMatchObject({ name: 'FENCED', body: { tried: false } });
  const failed = await answer('target', 'ready', 'owner', 'failing', 'fenced');
  expect(failed).toMatchObject({ name: 'FENCED', body: { tried: true } });
});

test('where it runs is told with the number that it has there, and with none that it had elsewhere', async () => {
  const there = await answer('target', 'ready', 'owner', 'running');
  expect(there).toEqual({ name: 'RUNNING', body: { domid: 7, at: expect.any(Number) } });
  const told = await answer('source', 'committed', 'confirmed');
  expect(told).toEqual({ name: 'RUNNING', body: { at: expect.any(Number) } });
});

test('nothing is known of what was never here, and what is not decided waits', async () => {
  expect(answerOf(undefined)).toEqual({ name: 'UNKNOWN', body: {} });
  expect(await answer('target', 'ready')).toMatchObject({ name: 'PENDING' });
});

describe('what is told with the word', () => {
  const entry = (state: TargetState, at: number, code?: string): JournalEntry<TargetState> => ({
    state,
    at,
    epoch: 1,
    ...(code === undefined ? {} : { error: { code, message: code } as RemoteErrorBody }),
  });
  const record = (...entries: JournalEntry<TargetState>[]): TargetRecord => ({
    ...START,
    role: 'target',
    epoch: 1,
    state: entries.at(-1)!.state,
    isEnded: false,
    entries,
  });

  test('is since when it runs: the time of the last line', () => {
    expect(answerOf(record(entry('ready', 1), entry('owner', 2), entry('running', 3)))).toEqual({
      name: 'RUNNING',
      body: { domid: 7, at: 3 },
    });
  });

  test.each(['fenced', 'failing'] as const)('is the last error that a line of %s has', (state) => {
    const { body } = answerOf(record(entry('ready', 1, 'FIRST'), entry('owner', 2, 'LAST'), entry(state, 3)));
    expect(body).toMatchObject({ error: { code: 'LAST' } });
  });
});
