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

test('a side says only what follows from its state', () => {
  const said = (table: Table<string, string>): string[] =>
    table.steps.flatMap((step) => ('say' in step ? [`${step.in} ${step.guest ?? 'any'}: ${step.say}`] : []));
  expect(said(SOURCE)).toEqual([
    'offered running: HELLO',
    'offered suspended: EOS',
    'offered any: ABORT',
    'committed any: GO',
    'confirmed any: BYE',
    'aborted any: ABORT',
    'moved any: BYE',
  ]);
  expect(said(TARGET)).toEqual([
    'reserved partial: ACCEPT',
    'ready paused: READY',
    'owner running: RUNNING',
    'owner absent: STATUS',
    'fenced any: REJECT',
    'fenced any: ABORT',
  ]);
});
