import { expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { decodeJournal, encodeLine, recordOf } from './lines.ts';

const UUID = '0f0e0d0c-0b0a-0908-0706-050403020100';
const OTHER = '1f0e0d0c-0b0a-0908-0706-050403020100';
const ID = '1'.repeat(32);

const head = { version: 1, id: ID, role: 'source', guest: { name: 'web1', uuid: UUID }, peer: 'b:8002' };
const entry = { seq: 1, state: 'offered', epoch: 1, at: 1 };
const first = { ...head, ...entry };

const textOf = (...lines: object[]): Buffer =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

const decoded = (...lines: object[]): ReturnType<typeof decodeJournal> =>
  decodeJournal({ id: ID, uuid: UUID }, textOf(...lines), 'x');

/** Why it is refused, after the number of the line. */
function refusal(bytes: Buffer, uuid?: string): [why: string, uuid: unknown] {
  try {
    decodeJournal({ id: ID, uuid }, bytes, 'x');
  } catch (thrown) {
    const { code, kind, message, details } = thrown as VmToolsError;
    expect([code, kind, details]).toMatchObject(['XFR_JOURNAL_CORRUPT', 'corrupt', { id: ID, where: 'x' }]);
    return [message.replace(/ of the journal x/, ''), details['uuid']];
  }
  throw new Error('it was accepted');
}

test('what is written is read', () => {
  const disks = { are: 'opened', paths: ['/srv/a.img'], at: 4 } as const;
  const start = { id: ID, role: 'target', peer: 'b', who: 'host-b' } as const;
  const guest = { name: 'web1', uuid: UUID, domid: 0 };
  const bytes = Buffer.concat([
    encodeLine(1, { state: 'reserved', epoch: 2, at: 5 }, { ...start, guest }),
    encodeLine(2, { state: 'ready', epoch: 3, at: 6, domid: 0, disks }),
  ]);
  expect(decodeJournal({ id: ID }, bytes, 'x')).toEqual({
    length: bytes.length,
    record: {
      ...{ ...start, guest, epoch: 3, state: 'ready', isEnded: false },
      entries: [
        { state: 'reserved', epoch: 2, at: 5 },
        { state: 'ready', epoch: 3, at: 6, domid: 0, disks },
      ],
    },
  });
});

test('a guest has the last number that it was given, if any', () => {
  const start = { id: ID, role: 'source', peer: 'b', guest: { name: 'web1', uuid: UUID } } as const;
  const at = (...domids: (number | undefined)[]) =>
    domids.map((domid) => ({ state: 'offered', epoch: 1, at: 1, domid }) as const);
  expect(recordOf(start, at(undefined)).guest).toStrictEqual({ name: 'web1', uuid: UUID });
  expect(recordOf(start, at(5, 0, undefined)).guest.domid).toBe(0);
  const known = { ...start, guest: { ...start.guest, domid: 3 } };
  expect(recordOf(known, at(undefined)).guest.domid).toBe(3);
  expect(recordOf(known, at(5)).guest.domid).toBe(5);
  expect(recordOf(start, at(undefined))).not.toHaveProperty('who');
});

test('a first line that was being written is none, as long as it could be one', () => {
  const longest = Buffer.alloc(4096, 'x');
  expect(decodeJournal({ id: ID }, Buffer.alloc(0), 'x')).toBeUndefined();
  expect(decodeJournal({ id: ID }, longest, 'x')).toBeUndefined();
  expect(refusal(Buffer.concat([longest, longest.subarray(0, 1)]), UUID)).toEqual([
    'line 1 has no end',
    UUID,
  ]);
});

test.each<[string, object]>([
  ['version', { version: 2 }],
  ['version', { version: undefined }],
  ['id', { id: `${ID}0` }],
  ['id', { id: `x${ID}` }],
  ['id', { id: ID.slice(1) }],
  ['role', { role: 'middle' }],
  ['guest', { guest: undefined }],
  ['name', { guest: { name: '', uuid: UUID } }],
  ['UUID', { guest: { name: 'web1', uuid: 'x' } }],
  ['domid', { guest: { name: 'web1', uuid: UUID, domid: -1 } }],
  ['domid', { guest: { name: 'web1', uuid: UUID, domid: 1.5 } }],
  ['peer', { peer: undefined }],
  ['identity', { who: 7 }],
  ['number', { seq: 0 }],
  ['number', { seq: 1.5 }],
  ['state', { state: 'x' }],
  ['epoch', { epoch: 0 }],
  ['time', { at: 'now' }],
  ['error', { error: 'x' }],
  ['disk', { disks: { are: 'sold', paths: [], at: 1 } }],
  ['disk', { disks: { are: 'opened', paths: [7], at: 1 } }],
])('a first line without a %s is no head: %j', (_what, change) => {
  expect(refusal(textOf({ ...first, ...change }))).toEqual([
    'line 1 is not the head of a journal',
    undefined,
  ]);
});

test('a guest may have the number 0, and its peer no identity', () => {
  expect(decoded({ ...first, domid: 0 })?.record.guest.domid).toBe(0);
  expect(decoded({ ...first, guest: { ...head.guest, domid: 0 } })?.record.guest.domid).toBe(0);
  expect(decoded(first)?.record.peer).toBe('b:8002');
});

test('of a file that is about something else the guest is the one that its name tells, or else its first line', () => {
  const other = { ...first, id: '2'.repeat(32) };
  const wrong = `line 1 is of another transfer, ${other.id}`;
  expect(refusal(textOf(other), OTHER)).toEqual([wrong, OTHER]);
  expect(refusal(textOf(other))).toEqual([wrong, UUID]);
  expect(refusal(textOf(first), OTHER)).toEqual([`line 1 is about another guest, ${UUID}`, OTHER]);
});

test('a line is refused by what is wrong with it, and its guest is known', () => {
  const committed = { seq: 2, state: 'committed', epoch: 1, at: 2 };
  const refused = (why: string, ...lines: object[]): void =>
    expect(refusal(textOf(first, ...lines))).toEqual([why, UUID]);
  refused('line 2 is damaged', {});
  refused('line 2 is damaged', { ...committed, domid: -1 });
  refused('line 2 has the number 3', { ...committed, seq: 3 });
  refused('line 2 says confirmed, which cannot follow offered', { ...committed, state: 'confirmed' });
  refused(
    'line 3 goes back to an earlier epoch',
    { ...committed, epoch: 2 },
    { ...committed, seq: 3, state: 'confirmed' },
  );
  // A state that is reached, but not by writing.
  refused('line 2 says offered, which cannot follow offered', { ...committed, state: 'offered' });
  expect(refusal(textOf({ ...first, state: 'committed' }))).toEqual([
    'line 1 says committed, which cannot follow idle',
    UUID,
  ]);
  const { record } = decoded(first, committed, { ...committed, seq: 3, state: 'confirmed', epoch: 1 }) ?? {};
  expect(record?.state).toBe('confirmed');
});

test('what cannot be known of the guest is not said', () => {
  expect(refusal(Buffer.from('nonsense\n'))).toEqual(['line 1 is not the head of a journal', undefined]);
  expect(refusal(Buffer.from('nonsense\n'), UUID)[1]).toBe(UUID);
});
