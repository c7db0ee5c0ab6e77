import { describe, expect, test } from '@jest/globals';
import { SOURCE, TARGET, type StateFacts, type Table } from './table.ts';

/** The states of which that is so. */
function those<State extends string>(
  { states }: Table<State, string>,
  is: (facts: StateFacts) => boolean,
): string[] {
  return (Object.keys(states) as State[]).filter((state) => is(states[state]));
}

describe.each([
  [
    SOURCE as Table<string, string>,
    {
      ...{ RUNNING: ['confirmed', 'moved'], FENCED: ['idle', 'aborted', 'kept'] },
      ...{ PENDING: ['offered', 'committed'], isEnded: ['moved', 'kept'] },
      ...{ isBinding: ['committed', 'confirmed'], isDecided: ['idle', 'moved', 'kept'] },
    },
  ],
  [
    TARGET as Table<string, string>,
    {
      ...{ RUNNING: ['running', 'settled'], FENCED: ['idle', 'fenced', 'cleared'] },
      ...{ PENDING: ['reserved', 'ready', 'owner', 'failing'], isEnded: ['settled', 'cleared'] },
      ...{ isBinding: ['ready', 'owner'], isDecided: ['idle', 'running', 'settled', 'cleared'] },
    },
  ],
])('a side', (table, expected) => {
  test.each(['RUNNING', 'FENCED', 'PENDING'] as const)('says %s in these states alone', (word) => {
    expect(those(table, (facts) => facts.word === word)).toEqual(expected[word]);
  });

  test.each(['isEnded', 'isBinding', 'isDecided'] as const)('%s in these states alone', (fact) => {
    expect(those(table, (facts) => facts[fact] === true)).toEqual(expected[fact]);
  });

  test('is called what it is', () => {
    expect(table.side).toBe(table === SOURCE ? 'source' : 'target');
  });
});

/** What a side does to its guest and says: in which state, with the guest how, at what. */
const doneAndSaid = (table: Table<string, string>): string[] =>
  table.steps.flatMap((step) => {
    const when = [step.in, step.guest ?? 'any', step.on ?? 'at once'].join(', ');
    if ('act' in step) return [`${when}: ${step.act} → ${step.leaves}`];
    return 'say' in step ? [`${when}: ${step.say}`] : [];
  });

test('a source does and says this, and nothing else', () => {
  expect(doneAndSaid(SOURCE)).toEqual([
    'offered, running, at once: HELLO',
    'offered, running, ACCEPT: save → suspended',
    'offered, suspended, at once: EOS',
    'offered, suspended, failure: resume → running',
    'offered, any, failure: ABORT',
    'committed, any, at once: GO',
    'confirmed, any, at once: BYE',
    'confirmed, suspended, at once: destroy → absent',
    'aborted, any, at once: ABORT',
    'aborted, suspended, at once: resume → running',
    'aborted, suspended, failure: resume → running',
    'aborted, suspended, target was fenced: destroy → absent',
    'moved, any, at once: BYE',
  ]);
});

test('a target does and says this, and nothing else', () => {
  expect(doneAndSaid(TARGET)).toEqual([
    'reserved, absent, at once: reserve → partial',
    'reserved, partial, at once: ACCEPT',
    'reserved, partial, EOS: restore → paused',
    'reserved, any, failure: abandon → absent',
    'ready, paused, at once: READY',
    'owner, paused, at once: start → running',
    'owner, running, at once: RUNNING',
    'owner, absent, at once: STATUS',
    'failing, any, at once: abandon → absent',
    'fenced, any, at once: REJECT',
    'fenced, any, at once: ABORT',
    'fenced, any, at once: abandon → absent',
  ]);
});
