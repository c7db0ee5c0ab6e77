import { duplexPair } from 'node:stream';
import type { VmToolsError } from '@vm-tools/errors';
import { SOURCE as SOURCE_TABLE } from '../../src/commit/table.ts';
import type { Journals } from '../../src/journal/journals.ts';
import { memoryJournals } from '../../src/journal/open-journals.ts';
import { MemoryStorage } from '../../src/journal/storage/memory-storage.ts';
import type { JournalFile } from '../../src/journal/storage/storage.ts';
import { storedJournals } from '../../src/journal/stored-journals.ts';
import type { GuestFinder } from '@vm-tools/ports';
import { resolveTransfer } from '../../src/recovery/resolve-transfer.ts';
import { askPeer } from '../../src/session/ask-peer.ts';
import { Participant } from '../../src/session/participant.ts';
import { fencedError } from '../../src/source/after-commit.ts';
import { receiveFromPeer } from '../../src/target/receive.ts';
import { FakeTarget } from '../../src/testing/fake-target.ts';
import {
  failed,
  fromRawSource,
  hello,
  ID,
  NEVER_STARTED,
  OFFER,
  rejection,
  SOURCE_RUNS,
  type ErrorCase,
} from './case.ts';

const { name, uuid } = OFFER;
const RESERVING = { side: 'source', phase: 'reserving', guest: SOURCE_RUNS } as const;
const nobody: GuestFinder = {
  findSource: () => Promise.resolve(undefined),
  findTarget: () => Promise.resolve(undefined),
};

/** Journals as a crash has left them. */
async function left(
  role: 'source' | 'target',
  states: readonly ('committed' | 'ready')[],
): Promise<Journals> {
  const journals = memoryJournals();
  await using journal = await journals.begin({ id: ID, role, guest: { name, uuid }, peer: 'b' });
  for (const state of states) await journal.append({ state, epoch: 1 });
  return journals;
}

/** A disk on which a journal can be begun, and not gone on with. */
class BadDisk extends MemoryStorage {
  override async open(file: string, length: number): Promise<JournalFile> {
    return {
      ...(await super.open(file, length)),
      append: () => Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' })),
    };
  }
}

/** What journals do not let pass. */
export const journalCases: readonly ErrorCase[] = [
  {
    code: 'XFR_GUEST_BUSY',
    when: 'another process moves the guest',
    cause: async () => {
      const journals = memoryJournals();
      await using _ = await journals.begin({ id: ID, role: 'source', guest: { name, uuid }, peer: 'b' });
      return await failed('source', { send: { journals, timeouts: { lingerMs: 20 } } });
    },
    ...{ kind: 'usage', retry: 'safe', ...RESERVING },
  },
  {
    code: 'XFR_UNRESOLVED',
    when: 'an earlier transfer is in doubt',
    cause: async () => {
      const journals = await left('source', ['committed']);
      return failed('source', { send: { journals, timeouts: { lingerMs: 20 } } });
    },
    ...{ kind: 'uncertain', retry: 'unsafe', ...RESERVING },
    guest: SOURCE_TABLE.states.committed.means,
  },
  {
    code: 'XFR_SAME_HOST',
    when: 'the target is the host of the source',
    cause: () => {
      const journals = { ...memoryJournals(), hostId: () => Promise.resolve('a'.repeat(32)) };
      return failed('source', { send: { journals }, receive: { journals } });
    },
    ...{ kind: 'usage', retry: 'after-fix', ...RESERVING, side: 'target' },
  },
  {
    code: 'XFR_OTHER_PEER',
    when: 'another host answers where the peer of a transfer was',
    cause: async () => {
      const [near] = duplexPair();
      const connection = { stream: near, peer: 'c:8002', isConfidential: true, who: 'c' };
      return rejection(askPeer(connection, { id: ID, epoch: 1, who: 'b' }, { timeouts: { lingerMs: 20 } }));
    },
    ...{ kind: 'peer', retry: 'safe' },
  },
  {
    code: 'XFR_TRANSFER_EXISTS',
    when: 'the id of an offer was used before',
    cause: async () => {
      const journals = memoryJournals();
      const other = { name: 'db1', uuid: '11111111-2222-3333-4444-555555555555' };
      await (
        await journals.begin({ id: ID, role: 'target', guest: other, peer: 'b' })
      )[Symbol.asyncDispose]();
      return fromRawSource([hello], { journals });
    },
    ...{ kind: 'peer', retry: 'safe', side: 'target', phase: 'reserving', guest: NEVER_STARTED },
  },
  {
    code: 'XFR_JOURNAL_IO',
    when: 'the disk fails behind the first line',
    cause: () => {
      const journals = storedJournals(new BadDisk());
      return failed('source', { send: { journals, timeouts: { lingerMs: 20 } } });
    },
    ...{ kind: 'failure', retry: 'after-fix', side: 'source', phase: 'finishing', guest: SOURCE_RUNS },
  },
  {
    code: 'XFR_JOURNAL_CORRUPT',
    when: 'a journal makes no sense',
    cause: async () => {
      const storage = new MemoryStorage();
      await storage.create(`${ID}.jsonl`, Buffer.from('nonsense\n'));
      return failed('source', { send: { journals: storedJournals(storage), timeouts: { lingerMs: 20 } } });
    },
    ...{ kind: 'corrupt', retry: 'after-fix', ...RESERVING },
  },
  {
    code: 'XFR_NO_STEP',
    when: 'the table does not have the step',
    cause: async () => {
      const begin = { id: ID, guest: { name, uuid }, peer: 'b' };
      await using participant = await Participant.begin(SOURCE_TABLE, memoryJournals(), begin, {
        guest: 'running',
      });
      return await rejection(participant.write('moved'));
    },
    ...{ kind: 'failure', retry: 'after-fix' },
  },
  {
    code: 'XFR_TRANSFER_UNKNOWN',
    when: 'no journal knows the transfer',
    cause: () => rejection(resolveTransfer(ID, { journals: memoryJournals(), finder: nobody })),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_OWNER_REFUSED',
    when: 'the journal knows the owner',
    cause: async () =>
      rejection(resolveTransfer(ID, { journals: await left('source', []), finder: nobody, owner: 'here' })),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_NOT_FENCED',
    when: 'another host was switched off',
    cause: async () =>
      rejection(
        resolveTransfer(ID, {
          journals: await left('source', ['committed']),
          finder: nobody,
          owner: 'here',
          fenced: 'c',
        }),
      ),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_STOPPED',
    when: 'the process that received the guest was killed; its successor answers',
    cause: async () => {
      const journals = await left('target', ['ready']);
      await resolveTransfer(ID, { journals, finder: nobody });
      const [stream, far] = duplexPair();
      void receiveFromPeer({ stream: far, peer: 'a', isConfidential: true }, () => new FakeTarget(), {
        journals,
      });
      const answer = await askPeer({ stream, peer: 'b', isConfidential: true }, { id: ID, epoch: 1 });
      if (answer.name !== 'FENCED') throw new Error(`it says ${answer.name}`);
      return fencedError(answer.body).cause as VmToolsError;
    },
    ...{ kind: 'interrupted', retry: 'safe', side: 'target' },
  },
];
