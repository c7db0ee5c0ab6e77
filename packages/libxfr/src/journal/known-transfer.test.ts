import { expect, test } from '@jest/globals';
import type { SourceState, TargetState } from '../commit/table.ts';
import { knownTransfer, listTransfers } from './known-transfer.ts';
import { memoryJournals } from './open-journals.ts';
import type { TransferRecord } from './record.ts';

const guest = { name: 'web1', uuid: '0f0e0d0c-0b0a-0908-0706-050403020100' };

const record = (
  role: 'source' | 'target',
  state: SourceState | TargetState,
  ats = [5, 7, 9],
): TransferRecord =>
  ({
    ...{ id: '1'.repeat(32), role, guest, peer: 'b:8002', epoch: 2, state, isEnded: false },
    entries: ats.map((at) => ({ state, epoch: 2, at })),
  }) as TransferRecord;

test.each([
  ['source', 'offered', 'undecided'],
  ['source', 'committed', 'undecided'],
  ['source', 'confirmed', 'there'],
  ['source', 'moved', 'there'],
  ['source', 'aborted', 'here'],
  ['source', 'kept', 'here'],
  ['target', 'reserved', 'undecided'],
  ['target', 'ready', 'undecided'],
  ['target', 'owner', 'undecided'],
  ['target', 'running', 'here'],
  ['target', 'settled', 'here'],
  ['target', 'fenced', 'there'],
  ['target', 'cleared', 'there'],
] as const)('the guest of a %s that is %s is %s', (role, state, owner) => {
  expect(knownTransfer(record(role, state))).toMatchObject({ role, state, owner });
});

test('a transfer is told as its journal has it', () => {
  expect(knownTransfer(record('target', 'ready'))).toEqual({
    ...{ id: '1'.repeat(32), role: 'target', guest, peer: 'b:8002', epoch: 2, state: 'ready' },
    ...{ means: 'is here, paused, and waits for GO', owner: 'undecided', isEnded: false },
    ...{ beganAt: 5, changedAt: 9 },
  });
});

test('all of them are listed, the oldest first', async () => {
  let now = 7;
  const journals = memoryJournals({ now: () => now });
  expect(await listTransfers(journals)).toEqual({ transfers: [], damaged: [] });
  for (const id of ['2'.repeat(32), '1'.repeat(32)]) {
    const uuid = `${id.slice(0, 8)}${guest.uuid.slice(8)}`;
    await using _journal = await journals.begin({ id, role: 'source', guest: { ...guest, uuid }, peer: 'b' });
    now += 1;
  }
  const { transfers, damaged } = await listTransfers(journals);
  expect(transfers.map(({ id, beganAt }) => [id[0], beganAt])).toEqual([
    ['2', 7],
    ['1', 8],
  ]);
  expect(damaged).toEqual([]);
});
