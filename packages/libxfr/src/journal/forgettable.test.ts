import { expect, test } from '@jest/globals';
import { forgettable, WEEK_MS } from './forgettable.ts';
import type { TransferRecord } from './record.ts';

const id = (count: number): string => count.toString(16).padStart(32, '0');

interface Ended {
  readonly guest?: string;
  readonly peer?: string;
  readonly who?: string;
  readonly state?: TransferRecord['state'];
  readonly isEnded?: boolean;
  readonly epoch?: number;
  readonly endedAt?: number;
}

/** Journals in the order in which they were begun, as the list has them. */
const ended = (those: readonly Ended[]): TransferRecord[] =>
  those.map(
    ({ guest = '0', peer = 'b:1', who, state = 'kept', isEnded = true, epoch = 1, endedAt = 1000 }, count) =>
      ({
        ...{ id: id(count), role: 'source', peer, state, epoch, isEnded },
        ...(who === undefined ? {} : { who }),
        guest: { name: 'web', uuid: guest },
        entries: [
          { state: 'offered', epoch, at: 0 },
          { state: 'committed', epoch, at: 1 },
          { state, epoch, at: endedAt },
        ],
      }) as TransferRecord,
  );

/** Which of them go, by their place. */
const gone = (those: readonly Ended[], now: number, olderThanMs?: number): number[] =>
  forgettable(ended(those), { now, olderThanMs })
    .map((each) => Number.parseInt(each, 16))
    .toSorted((a, b) => a - b);

test('a journal answers for a week after its end', () => {
  const those: Ended[] = [
    { state: 'moved', endedAt: 5000 },
    { state: 'moved', endedAt: 5001 },
  ];
  expect(WEEK_MS).toBe(604_800_000);
  expect(gone(those, WEEK_MS + 4999)).toEqual([]);
  expect(gone(those, WEEK_MS + 5000)).toEqual([0]);
  expect(gone(those, WEEK_MS + 5001)).toEqual([0, 1]);
});

test('one that has not ended stays, however old it is', () => {
  expect(gone([{ state: 'committed', isEnded: false }], 100 * WEEK_MS)).toEqual([]);
});

test.each(['kept', 'settled'] as const)(
  'of a guest that is here (%s) the one with the highest epoch stays, and of those the last',
  (state) => {
    const [low, high] = [
      { state, epoch: 3 },
      { state, epoch: 7 },
    ];
    expect(gone([low, high, low], WEEK_MS * 2)).toEqual([0, 2]);
    expect(gone([high, high, low], WEEK_MS * 2)).toEqual([0, 2]);
    expect(gone([high, { ...high, guest: '1' }], WEEK_MS * 2)).toEqual([]);
  },
);

test.each(['moved', 'cleared'] as const)('of a guest that is not here (%s) none stays', (state) => {
  expect(gone([{ state: 'kept' }, { state, epoch: 2 }], WEEK_MS * 2)).toEqual([0, 1]);
});

test('of one peer the newest hundred stay, by whatever port it comes', () => {
  const guests = (many: number, more: (count: number) => Ended): Ended[] =>
    Array.from({ length: many }, (_, count) => ({
      ...{ guest: String(count), state: 'moved', endedAt: 1000 + count },
      ...more(count),
    }));
  const now = 1000;
  expect(
    gone(
      guests(100, () => ({})),
      now,
    ),
  ).toEqual([]);
  expect(
    gone(
      guests(102, () => ({})),
      now,
    ),
  ).toEqual([0, 1]);
  // The first to have ended goes, not the first to have begun.
  expect(
    gone(
      guests(101, (count) => ({ endedAt: count === 50 ? 0 : 1000 })),
      now,
    ),
  ).toEqual([50]);
  const ports = (peer: string) =>
    guests(101, (count) => ({ peer: count === 7 ? peer : `${peer}:${count + 1}` }));
  expect(gone(ports('b.example'), now)).toEqual([0]);
  expect(gone(ports('[2001:db8::7]'), now)).toEqual([0]);
  expect(
    gone(
      guests(101, (count) => ({ peer: `10.0.0.${count % 2}:1` })),
      now,
    ),
  ).toEqual([]);
  expect(
    gone(
      guests(101, () => ({ peer: 'b:77' })),
      now,
    ),
  ).toEqual([0]);
});

test('who has an identity is counted by that, wherever it comes from', () => {
  const from = (who: (count: number) => string): Ended[] =>
    Array.from({ length: 101 }, (_, count) => ({
      ...{ guest: String(count), state: 'moved', peer: `10.0.0.${count}:1`, who: who(count), endedAt: count },
    }));
  expect(
    gone(
      from(() => 'host-b'),
      0,
    ),
  ).toEqual([0]);
  expect(
    gone(
      from((count) => `host-${count}`),
      0,
    ),
  ).toEqual([]);
  expect(
    gone(
      from((count) => `host:${count}`),
      0,
    ),
  ).toEqual([]);
});

test('one that stays for its guest is counted all the same', () => {
  const those: Ended[] = Array.from({ length: 101 }, (_, count) => ({
    ...{ guest: String(count), state: count === 100 ? 'kept' : 'moved', endedAt: count },
  }));
  expect(gone(those, 0)).toEqual([0]);
});
