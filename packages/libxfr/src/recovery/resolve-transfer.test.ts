import { duplexPair } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import type { SourceState, TargetState, Word } from '../commit/table.ts';
import type { Journals } from '../journal/journals.ts';
import { listTransfers } from '../journal/known-transfer.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { FoundTarget, GuestFinder } from '@vm-tools/ports';
import type { Connection } from '../protocol/connection.ts';
import { askPeer } from '../session/ask-peer.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { forgetTransfers } from './forget-transfers.ts';
import type { RecoveryOptions } from './options.ts';
import { recoverTransfers } from './recover-transfers.ts';
import { resolveTransfer } from './resolve-transfer.ts';

const ID = 'a'.repeat(32);
const GUEST = { name: 'web1', uuid: '0f0e0d0c-0b0a-0908-0706-050403020100', domid: 3 };
const HOUR_MS = 3600 * 1000;
const TIMEOUTS = { lingerMs: 20, retryMs: 1, confirmMs: patient(50), handshakeMs: patient(500) };

/** Journals as a crash has left them: one transfer, in this state. */
async function left(
  role: 'source' | 'target',
  states: readonly (SourceState | TargetState)[],
  now = Date.now,
): Promise<Journals> {
  const journals = memoryJournals({ now });
  await using journal = await journals.begin({ id: ID, role, guest: GUEST, peer: 'b:8002' });
  for (const state of states) await journal.append({ state, epoch: 1 });
  return journals;
}

/** A host with a guest, or none, and what is done to it. */
function host(found: { source?: boolean; target?: FoundTarget['state'] } = {}) {
  const calls: string[] = [];
  const call = (name: string) => async (): Promise<void> => void calls.push(name);
  const finder: GuestFinder = {
    findSource: async ({ guest }) => {
      expect(guest).toEqual(GUEST);
      if (found.source !== true) return undefined;
      return { confirm: () => Promise.resolve(), resume: call('resume'), destroy: call('destroy') };
    },
    findTarget: async () => {
      if (found.target === undefined) return undefined;
      const start = async (): Promise<{ domid: number }> => {
        calls.push('start');
        return { domid: 3 };
      };
      return { state: found.target, start, abandon: call('abandon') };
    },
  };
  return { finder, calls };
}

/** The other end, which answers from journals of its own. */
function asking(journals: Journals): NonNullable<RecoveryOptions['reconnect']> {
  return async () => {
    const [near, far] = duplexPair();
    const makeTarget = (): FakeTarget => new FakeTarget();
    const peer: Connection = { stream: far, peer: 'the asker', isConfidential: true };
    void receiveFromPeer(peer, makeTarget, { journals, timeouts: TIMEOUTS }).catch(() => undefined);
    return { stream: near, peer: 'b:8002', isConfidential: true };
  };
}

const unreachable: NonNullable<RecoveryOptions['reconnect']> = () =>
  Promise.reject(new VmToolsError({ code: 'XFR_UNREACHABLE', kind: 'peer', message: 'no route' }));

const ended = (journals: Journals): Promise<string | undefined> =>
  journals.read(ID).then((record) => record?.state);

test('one that waits keeps no other one waiting', async () => {
  const journals = memoryJournals();
  const other = { name: 'web2', uuid: '1f0e0d0c-0b0a-0908-0706-050403020100' };
  for (const [id, guest] of [
    [ID, GUEST],
    ['b'.repeat(32), other],
  ] as const) {
    await using _ = await journals.begin({ id, role: 'source', guest, peer: 'b:8002' });
  }
  const stuck = Promise.withResolvers<undefined>();
  const through = Promise.withResolvers<string>();
  const recovering = recoverTransfers({
    journals,
    finder: {
      findSource: async ({ guest }) => {
        if (guest.name === 'web1') await stuck.promise;
        return undefined;
      },
      findTarget: async () => undefined,
    },
    onRecovered: ({ before }) => through.resolve(before.guest.name),
  });
  expect(await through.promise).toBe('web2');
  // A second round finds the first still at work, and ends.
  expect(await recoverTransfers({ journals, finder: host().finder })).toEqual({ transfers: [], damaged: [] });
  stuck.resolve(undefined);
  expect((await recovering).transfers).toHaveLength(2);
});

describe('to forget', () => {
  test('removes the journals of a guest, by which its epochs begin anew', async () => {
    const journals = memoryJournals();
    for (const id of ['a', 'b']) {
      await using journal = await journals.begin({
        ...{ id: id.repeat(32), role: 'source', guest: GUEST, peer: 'b:8002', epoch: 2 ** 32 },
      });
      for (const state of ['aborted', 'kept'] as const) {
        await journal.append({ state, epoch: journal.record.epoch });
      }
    }
    expect(await forgetTransfers(journals, GUEST.uuid.toUpperCase())).toHaveLength(2);
    await using journal = await journals.begin({ id: ID, role: 'source', guest: GUEST, peer: 'b:8002' });
    expect(journal.record.epoch).toBe(1);
  });

  test('does not remove what has not come to its end, nor what is not there', async () => {
    const journals = await left('source', ['committed']);
    await expect(forgetTransfers(journals, ID)).rejects.toMatchObject({ code: 'XFR_UNRESOLVED' });
    expect(await ended(journals)).toBe('committed');
    await expect(forgetTransfers(journals, 'c')).rejects.toMatchObject({ code: 'XFR_TRANSFER_UNKNOWN' });
  });
});

describe('a source', () => {
  test.each<[readonly SourceState[], readonly string[], string | undefined]>([
    [[], ['resume'], undefined],
    [['aborted'], ['resume'], undefined],
    [['committed', 'confirmed'], ['destroy'], 'moved'],
    [['committed', 'aborted'], ['resume'], 'kept'],
  ])('that has left %j knows by itself what to do', async (states, done, end) => {
    const journals = await left('source', states);
    const { finder, calls } = host({ source: true });
    await resolveTransfer(ID, { journals, finder });
    expect([calls, await ended(journals)]).toEqual([done, end]);
  });

  test.each<[readonly TargetState[], readonly string[], string]>([
    [['ready', 'owner', 'running'], ['destroy'], 'moved'],
    [['ready', 'fenced', 'cleared'], ['resume'], 'kept'],
  ])('that has committed does what a target with %j says', async (states, done, end) => {
    const [journals, theirs] = [await left('source', ['committed']), await left('target', states)];
    const { finder, calls } = host({ source: true });
    const result = await resolveTransfer(ID, {
      journals,
      finder,
      reconnect: asking(theirs),
      timeouts: TIMEOUTS,
    });
    expect(result).toMatchObject({ owner: end === 'moved' ? 'there' : 'here', isEnded: true });
    expect([calls, await ended(journals)]).toEqual([done, end]);
    // The target has heard that it is known.
    if (end === 'moved') expect(await ended(theirs)).toBe('settled');
  });

  test.each<[string, NonNullable<RecoveryOptions['reconnect']>, string]>([
    ['cannot be reached', unreachable, 'resolve'],
    ['has lost its journal', asking(memoryJournals()), '--owner'],
  ])(
    'that has committed stays as it is while the target %s, until the operator decides',
    async (_what, reconnect, hint) => {
      const journals = await left('source', ['committed']);
      const { finder, calls } = host({ source: true });
      const options = { journals, finder, reconnect, timeouts: TIMEOUTS };
      await expect(resolveTransfer(ID, options)).rejects.toMatchObject({
        code: 'XFR_UNCERTAIN',
        kind: 'uncertain',
        hint: expect.stringContaining(hint),
        details: { id: ID },
      });
      expect([calls, await ended(journals)]).toEqual([[], 'committed']);
      await resolveTransfer(ID, { ...options, owner: 'here' });
      expect([calls, await ended(journals)]).toEqual([['resume'], 'kept']);
    },
  );

  test('is told who owns it: there', async () => {
    const journals = await left('source', ['committed']);
    const { finder, calls } = host({ source: true });
    await resolveTransfer(ID, { journals, finder, owner: 'there' });
    expect([calls, await ended(journals)]).toEqual([['destroy'], 'moved']);
  });

  test.each<[readonly TargetState[], Word]>([
    [['ready', 'owner', 'running'], 'RUNNING'],
    [['ready', 'fenced'], 'FENCED'],
    [['ready', 'owner'], 'PENDING'],
  ])('takes no owner from the operator while a target with %j says %s', async (states, word) => {
    const [journals, theirs] = [await left('source', ['committed']), await left('target', states)];
    const { finder, calls } = host({ source: true });
    const options = { journals, finder, reconnect: asking(theirs), timeouts: TIMEOUTS };
    await expect(resolveTransfer(ID, { ...options, owner: 'here' })).rejects.toMatchObject({
      code: 'XFR_OWNER_REFUSED',
      kind: 'usage',
      message: expect.stringContaining(word),
    });
    expect([calls, await ended(journals)]).toEqual([[], 'committed']);
  });

  test('whose journal decides takes no owner either', async () => {
    const journals = await left('source', ['committed', 'confirmed']);
    const { finder, calls } = host({ source: true });
    await expect(resolveTransfer(ID, { journals, finder, owner: 'here' })).rejects.toMatchObject({
      code: 'XFR_OWNER_REFUSED',
    });
    expect(calls).toEqual([]);
  });

  test('does not resume what may have run at a host that was switched off, whatever dies meanwhile', async () => {
    const journals = await left('source', ['committed']);
    const options = { journals, reconnect: unreachable, owner: 'here', fenced: 'b' } as const;
    const { finder } = host({ source: true });
    const dying: GuestFinder = {
      ...finder,
      findSource: async () => ({
        confirm: () => Promise.resolve(),
        resume: () => Promise.reject(new Error('not resumed')),
        destroy: () => Promise.reject(new Error('died')),
      }),
    };
    await expect(resolveTransfer(ID, { ...options, finder: dying })).rejects.toThrow('died');
    expect((await journals.read(ID))?.entries.at(-1)).toMatchObject({ state: 'aborted', fenced: 'b' });
    const behind = host({ source: true });
    // As xfrd does it, which was told nothing.
    await resolveTransfer(ID, { journals, finder: behind.finder });
    expect([behind.calls, await ended(journals)]).toEqual([['destroy'], 'kept']);
  });

  test.each<[string, string, NonNullable<RecoveryOptions['reconnect']>]>([
    ['another host', 'c', unreachable],
    ['one that answers', 'b', asking(memoryJournals())],
    [
      'one of which only the system answers',
      'b:8002',
      () => Promise.reject(new VmToolsError({ code: 'XFR_PEER_SILENT', kind: 'timeout', message: 'silent' })),
    ],
  ])('does not take %s for one that was switched off', async (_what, fenced, reconnect) => {
    const journals = await left('source', ['committed']);
    const { finder, calls } = host({ source: true });
    const options = { journals, finder, reconnect, timeouts: TIMEOUTS, owner: 'here', fenced } as const;
    await expect(resolveTransfer(ID, options)).rejects.toMatchObject({
      code: 'XFR_NOT_FENCED',
      kind: 'usage',
    });
    expect([calls, await ended(journals)]).toEqual([[], 'committed']);
  });

  test.each([
    ['running', ['resume']],
    ['absent', []],
  ])('leaves a copy that is %s as it is when its target was switched off', async (now, done) => {
    const journals = await left('source', ['committed']);
    const { finder, calls } = host({ source: true });
    const changed = new VmToolsError({ code: 'GUEST_CHANGED', message: 'changed', details: { now } });
    const found: GuestFinder = {
      ...finder,
      findSource: async (transfer) => {
        const source = (await finder.findSource(transfer))!;
        return { ...source, confirm: () => Promise.reject(changed) };
      },
    };
    await resolveTransfer(ID, { journals, finder: found, owner: 'here', fenced: 'b' });
    expect([calls, await ended(journals)]).toEqual([done, 'kept']);
  });

  test('whose guest is gone, with its host, comes to its end', async () => {
    const journals = await left('source', ['committed', 'aborted']);
    const { finder, calls } = host();
    await resolveTransfer(ID, { journals, finder });
    expect([calls, await ended(journals)]).toEqual([[], 'kept']);
  });
});

describe('a target', () => {
  test.each<
    [readonly TargetState[], FoundTarget['state'] | undefined, readonly string[], string | undefined]
  >([
    [[], 'paused', ['abandon'], undefined],
    [[], undefined, [], undefined],
    [['ready'], 'paused', ['abandon'], 'cleared'],
    [['ready', 'fenced'], 'paused', ['abandon'], 'cleared'],
    [['ready', 'owner'], 'paused', ['start'], 'running'],
    [['ready', 'owner'], 'running', [], 'running'],
    [['ready', 'owner', 'failing'], 'running', ['abandon'], 'cleared'],
    [['ready', 'owner', 'running'], 'running', [], 'running'],
  ])(
    'that has left %j and a guest that is %s knows by itself what to do',
    async (states, found, done, end) => {
      const journals = await left('target', states);
      const { finder, calls } = host(found === undefined ? {} : { target: found });
      await resolveTransfer(ID, { journals, finder });
      expect([calls, await ended(journals)]).toEqual([done, end]);
    },
  );

  test('that has lost the guest which it was to start asks the source, and else the operator', async () => {
    const journals = await left('target', ['ready', 'owner']);
    const theirs = await left('source', ['committed']);
    const { finder } = host();
    const options = { journals, finder, reconnect: asking(theirs), timeouts: TIMEOUTS };
    await expect(resolveTransfer(ID, options)).rejects.toMatchObject({
      code: 'XFR_UNCERTAIN',
      kind: 'uncertain',
    });
    await resolveTransfer(ID, { ...options, owner: 'there' });
    expect(await ended(journals)).toBe('cleared');

    const alone = await left('target', ['ready', 'owner']);
    await resolveTransfer(ID, {
      ...{ journals: alone, finder, reconnect: unreachable, owner: 'here', fenced: 'b' },
    });
    expect((await alone.read(ID))?.entries.at(-1)).toMatchObject({ state: 'running', fenced: 'b' });

    const again = await left('target', ['ready', 'owner']);
    const knowing = asking(await left('source', ['committed', 'confirmed']));
    const refused = { code: 'XFR_OWNER_REFUSED' };
    const asked = { ...options, journals: again, reconnect: knowing };
    await expect(resolveTransfer(ID, { ...asked, owner: 'there' })).rejects.toMatchObject(refused);
    await resolveTransfer(ID, asked);
    expect(await ended(again)).toBe('running');
  });

  test('settles a day later without a BYE', async () => {
    let now = 0;
    const journals = await left('target', ['ready', 'owner', 'running'], () => now);
    const options = { journals, ...host({ target: 'running' }), now: () => now };
    now = 23 * HOUR_MS;
    await recoverTransfers(options);
    expect(await ended(journals)).toBe('running');
    now = 24 * HOUR_MS;
    await recoverTransfers(options);
    expect(await ended(journals)).toBe('settled');
  });

  test.each<[readonly TargetState[], Word]>([
    [[], 'PENDING'],
    [['ready'], 'PENDING'],
    [['ready', 'owner'], 'PENDING'],
    [['ready', 'owner', 'failing'], 'PENDING'],
    [['fenced'], 'FENCED'],
    [['ready', 'fenced', 'cleared'], 'FENCED'],
    [['ready', 'owner', 'running'], 'RUNNING'],
    [['ready', 'owner', 'running', 'settled'], 'RUNNING'],
  ])('with %j says %s, as often as it is asked', async (states, word) => {
    const journals = await left('target', states);
    const connect = asking(journals);
    const record = (await journals.read(ID))!;
    for (let time = 0; time < 2; time += 1) {
      const connection = await connect(record, new AbortController().signal);
      expect(await askPeer(connection, { id: ID, epoch: 1 }, { timeouts: TIMEOUTS })).toMatchObject({
        name: word,
      });
    }
    const other = await connect(record, new AbortController().signal);
    expect(await askPeer(other, { id: ID, epoch: 2 }, { timeouts: TIMEOUTS })).toEqual({
      name: 'UNKNOWN',
      body: {},
    });
    expect((await journals.read(ID))?.entries).toHaveLength(states.length + 1);
  });
});

test('transfers are listed as their owner wants to see them', async () => {
  const journals = await left('source', ['committed'], () => 5);
  expect(await listTransfers(journals)).toEqual({
    transfers: [
      {
        id: ID,
        role: 'source',
        guest: GUEST,
        peer: 'b:8002',
        epoch: 1,
        state: 'committed',
        means: 'is suspended here; only the target says whether it runs there',
        owner: 'undecided',
        isEnded: false,
        beganAt: 5,
        changedAt: 5,
      },
    ],
    damaged: [],
  });
});

test('a daemon that starts recovers what it can, leaves alone what is being worked on, and tells the rest', async () => {
  const journals = await left('source', ['committed']);
  const [other, busy] = ['b'.repeat(32), 'c'.repeat(32)];
  const guest = (digit: string) => ({ name: `web${digit}`, uuid: GUEST.uuid.replace(/^0/, digit) });
  await (
    await journals.begin({ id: other, role: 'target', guest: guest('2'), peer: 'c' })
  )[Symbol.asyncDispose]();
  await using working = await journals.begin({ id: busy, role: 'target', guest: guest('3'), peer: 'c' });
  expect(working.record.state).toBe('reserved');
  const { finder, calls } = host({ source: true, target: 'paused' });
  const { transfers } = await recoverTransfers({
    journals,
    finder,
    reconnect: unreachable,
    timeouts: TIMEOUTS,
  });
  expect(transfers).toEqual([
    {
      before: expect.objectContaining({ id: ID }),
      after: undefined,
      error: expect.objectContaining({ code: 'XFR_UNCERTAIN' }),
    },
    {
      before: expect.objectContaining({ id: other }),
      after: expect.objectContaining({ state: 'cleared' }),
      error: undefined,
    },
  ]);
  expect(calls).toEqual(['abandon']);
  await expect(resolveTransfer(busy, { journals, finder })).rejects.toMatchObject({ code: 'XFR_GUEST_BUSY' });
  await expect(resolveTransfer('d'.repeat(32), { journals, finder })).rejects.toMatchObject({
    code: 'XFR_TRANSFER_UNKNOWN',
  });
});

test('what cannot be done now is tried again later', async () => {
  const journals = await left('target', ['ready', 'fenced']);
  const { finder } = host({ target: 'paused' });
  const broken: GuestFinder = {
    ...finder,
    findTarget: async (record) => ({
      ...(await finder.findTarget(record))!,
      abandon: () => Promise.reject(new Error('no')),
    }),
  };
  await expect(resolveTransfer(ID, { journals, finder: broken })).rejects.toThrow('no');
  expect(await ended(journals)).toBe('fenced');
  await resolveTransfer(ID, { journals, finder });
  expect(await ended(journals)).toBe('cleared');
});
