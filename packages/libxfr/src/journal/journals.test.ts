import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJournal } from './format/lines.ts';
import { formatJournalName } from './format/name.ts';
import type { JournalStart, Journals } from './journals.ts';
import { fileJournals } from './open-journals.ts';
import { diskStorage } from './storage/disk-storage.ts';
import { MemoryStorage } from './storage/memory-storage.ts';
import type { JournalStorage } from './storage/storage.ts';
import { storedJournals } from './stored-journals.ts';

const UUID = '0f0e0d0c-0b0a-0908-0706-050403020100';
const OTHER = '1f0e0d0c-0b0a-0908-0706-050403020100';
const id = (digit: string): string => digit.repeat(32);
const nameOf = (digit: string): string => formatJournalName({ id: id(digit), uuid: UUID });

const start = (digit: string, more: Partial<JournalStart> = {}): JournalStart => ({
  id: id(digit),
  role: 'source',
  guest: { name: 'web1', uuid: UUID, domid: 3 },
  peer: 'b.example:8002',
  ...more,
});

let folder = '';
let now = 1000;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfr-journals-'));
  now = 1000;
});
afterEach(() => rm(folder, { recursive: true }));

const KEPT: Readonly<Record<string, () => () => JournalStorage>> = {
  memory: () => {
    const storage = new MemoryStorage();
    return () => storage;
  },
  files: () => () => diskStorage(join(folder, 'a', 'b')),
};

/** Begins a transfer and brings it to its end. */
async function endOne(journals: Journals, digit: string, more: Partial<JournalStart> = {}): Promise<void> {
  await using journal = await journals.begin(start(digit, more));
  const { epoch } = journal.record;
  await journal.append({ state: 'aborted', epoch });
  await journal.append({ state: 'kept', epoch });
}

describe.each(Object.entries(KEPT))('journals in %s', (_name, keep) => {
  let reopen: () => Journals;
  let storage: JournalStorage;
  beforeEach(() => {
    const make = keep();
    storage = make();
    // Each time as another process would: nothing is remembered but what was written.
    reopen = () => storedJournals(make(), { now: () => now });
  });

  test('say after a restart what was written', async () => {
    {
      await using journal = await reopen().begin(start('1'));
      expect(journal.record).toMatchObject({ state: 'offered', epoch: 1, isEnded: false });
      now = 2000;
      await journal.append({ state: 'committed', epoch: 4 });
    }
    const record = await reopen().read(id('1'));
    expect(record).toEqual({
      id: id('1'),
      role: 'source',
      guest: { name: 'web1', uuid: UUID, domid: 3 },
      peer: 'b.example:8002',
      epoch: 4,
      state: 'committed',
      isEnded: false,
      entries: [
        { state: 'offered', epoch: 1, at: 1000 },
        { state: 'committed', epoch: 4, at: 2000 },
      ],
    });
    {
      await using journal = await reopen().open(id('1'));
      const error = { code: 'A_B', kind: 'peer', message: 'why' } as const;
      await journal.append({ state: 'aborted', epoch: 4, domid: 9, error });
    }
    expect(await reopen().read(id('1'))).toMatchObject({
      state: 'aborted',
      guest: { domid: 9 },
      entries: [{}, {}, { error: { message: 'why' } }],
    });
  });

  test('know nothing of what has never been', async () => {
    expect(await reopen().read(id('7'))).toBeUndefined();
    expect(await reopen().read('../../etc/passwd')).toBeUndefined();
    expect(await reopen().list()).toEqual({ records: [], damaged: [] });
    await expect(reopen().open(id('7'))).rejects.toMatchObject({
      code: 'XFR_TRANSFER_UNKNOWN',
      kind: 'usage',
    });
  });

  test('let one at a time be at work on a guest', async () => {
    const first = await reopen().begin(start('1'));
    const busy = { code: 'XFR_GUEST_BUSY', kind: 'usage' };
    await expect(reopen().begin(start('2'))).rejects.toMatchObject(busy);
    await expect(reopen().open(id('1'))).rejects.toMatchObject(busy);
    await using other = await reopen().begin(start('3', { guest: { name: 'web2', uuid: OTHER } }));
    expect(other.record.epoch).toBe(1);
    await first[Symbol.asyncDispose]();
    await using again = await reopen().open(id('1'));
    expect(again.record.state).toBe('offered');
  });

  test('let no second transfer of a guest begin before the first is decided', async () => {
    await (await reopen().begin(start('1')))[Symbol.asyncDispose]();
    await expect(reopen().begin(start('2'))).rejects.toMatchObject({
      code: 'XFR_UNRESOLVED',
      kind: 'uncertain',
      hint: `vm-migrate resolve ${id('1')}`,
    });
    // A guest that runs here may leave again, though its former source has not said that it knows.
    const role = { role: 'target' as const, guest: { name: 'web2', uuid: OTHER } };
    {
      await using journal = await reopen().begin(start('3', role));
      for (const state of ['ready', 'owner', 'running'] as const) await journal.append({ state, epoch: 1 });
    }
    await using journal = await reopen().begin(start('4', { ...role, role: 'source' }));
    expect(journal.record.epoch).toBe(2);
  });

  test('follow a peer that has counted more, and do not take its word for our count', async () => {
    await endOne(reopen(), '1', { epoch: 2 ** 32 });
    await endOne(reopen(), '2');
    await endOne(reopen(), '3', { epoch: 2 ** 32 });
    await using journal = await reopen().begin(start('4'));
    const { records } = await reopen().list();
    expect(records.map(({ epoch }) => epoch)).toEqual([2 ** 32, 1001, 2 ** 32, 2002]);
    expect(journal.record.epoch).toBe(2002);
  });

  test('keep an error short, with its first cause and the end of its log', async () => {
    const log = Array.from({ length: 50 }, (_, line) => `${line} ${'x'.repeat(900)}`);
    const link = (code: string) => ({ code, kind: 'peer', message: 'm'.repeat(2000), log }) as const;
    await using journal = await reopen().begin(start('1'));
    const error = { ...link('A'), causes: ['B', 'C', 'D', 'E', 'F'].map(link) };
    await journal.append({ state: 'aborted', epoch: 1, error });
    const kept = (await reopen().read(id('1')))?.entries.at(-1)?.error;
    expect(JSON.stringify(kept).length).toBeLessThan(8 * 1024);
    expect([kept?.code, kept?.causes?.at(-1)?.code]).toEqual(['A', 'F']);
    await using other = await reopen().begin(start('2', { guest: { name: 'web2', uuid: OTHER } }));
    await other.append({ state: 'aborted', epoch: 1, error: link('A') });
    expect((await reopen().read(id('2')))?.entries.at(-1)?.error?.log?.at(-1)).toBe(log.at(-1));
  });

  test('refuse an id that has been there', async () => {
    await endOne(reopen(), '1');
    await expect(reopen().begin(start('1'))).rejects.toMatchObject({
      code: 'XFR_TRANSFER_EXISTS',
      kind: 'peer',
    });
  });

  test('count epochs for each guest, on both ends, and never fall back', async () => {
    await endOne(reopen(), '1');
    await endOne(reopen(), '2', { epoch: 9 });
    await endOne(reopen(), '3', { epoch: 4 });
    const { records } = await reopen().list();
    expect(records.map(({ epoch }) => epoch)).toEqual([1, 9, 10]);
    await using journal = await reopen().open(id('3'));
    await journal.remove();
    expect((await reopen().list()).records).toHaveLength(2);
  });

  test('are removed some time after they have ended, but the newest of each guest', async () => {
    await endOne(reopen(), '1');
    await endOne(reopen(), '2');
    await endOne(reopen(), '3', { guest: { name: 'web2', uuid: OTHER } });
    await (await reopen().begin(start('4')))[Symbol.asyncDispose]();
    now += 1000;
    expect(await reopen().prune({ olderThanMs: 1001 })).toEqual([]);
    expect((await reopen().prune({ olderThanMs: 1000 })).toSorted()).toEqual([id('1'), id('2')]);
    expect((await reopen().list()).records.map((record) => record.id).toSorted()).toEqual([id('3'), id('4')]);
  });

  test('are a hundred at most of those that a peer has ended, whatever it calls its guests', async () => {
    for (let count = 0; count < 110; count += 1) {
      now += 1;
      const uuid = `${count.toString(16).padStart(8, '0')}${UUID.slice(8)}`;
      const journal = await reopen().begin({
        id: count.toString(16).padStart(32, '0'),
        ...{ role: 'target', guest: { name: 'web', uuid }, peer: `10.0.0.1:${count + 1000}` },
      });
      for (const state of ['ready', 'fenced', 'cleared'] as const) await journal.append({ state, epoch: 1 });
      await journal[Symbol.asyncDispose]();
    }
    await endOne(reopen(), 'a', { peer: 'c.example:8002' });
    expect(await reopen().prune()).toHaveLength(10);
    const { records } = await reopen().list();
    expect(records).toHaveLength(101);
    expect(records[0]?.guest.uuid).toMatch(/^0000000a/); // the oldest have gone
  });

  test('forget a line that was not finished, wherever it was torn, and go on behind the last whole one', async () => {
    await using whole = await reopen().begin(start('1'));
    await whole.append({ state: 'committed', epoch: 1 });
    await whole[Symbol.asyncDispose]();
    const name = nameOf('1');
    const bytes = (await storage.read(name))!;
    const firstLine = bytes.indexOf('\n') + 1;
    for (let length = 0; length <= bytes.length; length += 1) {
      const state = decodeJournal({ id: id('1') }, bytes.subarray(0, length), name)?.record.state;
      const expected = length < firstLine ? undefined : length < bytes.length ? 'offered' : 'committed';
      expect([length, state]).toEqual([length, expected]);
    }
    const file = await storage.open(name, bytes.length - 5);
    await file.close();
    {
      await using journal = await reopen().open(id('1'));
      await journal.append({ state: 'aborted', epoch: 1 });
    }
    expect((await reopen().read(id('1')))?.entries.map(({ state }) => state)).toEqual(['offered', 'aborted']);
  });
});

describe('a journal that is damaged', () => {
  const line = (seq: number, state: string, more: object = {}): string =>
    `${JSON.stringify({ seq, state, epoch: 1, at: 1, ...more })}\n`;
  const head = { version: 1, id: id('1'), role: 'source', guest: { name: 'web1', uuid: UUID }, peer: 'b' };
  const first = line(1, 'offered', head);

  test.each([
    ['no head', line(1, 'offered'), 1],
    ['a later version', line(1, 'offered', { ...head, version: 2 }), 1],
    ['another id', line(1, 'offered', { ...head, id: id('2') }), 1],
    ['a state of the other side', line(1, 'reserved', head), 1],
    ['a line that is no JSON', `${first}nonsense\n`, 2],
    ['an empty line', `${first}\n`, 2],
    ['zeros that the file system has left', `${first}${'\0'.repeat(20)}\n`, 2],
    ['a line missing', first + line(3, 'committed'), 2],
    ['a line twice', first + line(2, 'committed') + line(2, 'committed'), 3],
    ['a step that is not in the table', first + line(2, 'confirmed'), 2],
    ['something behind its end', first + line(2, 'aborted') + line(3, 'kept') + line(4, 'offered'), 4],
    ['an epoch that goes back', line(1, 'offered', { ...head, epoch: 2 }) + line(2, 'committed'), 2],
  ])('by %s is refused, with the line', (_what, text, number) => {
    const refused = {
      code: 'XFR_JOURNAL_CORRUPT',
      kind: 'corrupt',
      details: expect.objectContaining({ line: number }),
    };
    expect(() => decodeJournal({ id: id('1') }, Buffer.from(text), 'x.jsonl')).toThrow(
      expect.objectContaining(refused),
    );
  });

  test('by its length is not read at all', async () => {
    await endOne(fileJournals(folder), '1');
    await truncate(join(folder, nameOf('1')), 4 * 1024 * 1024 + 1);
    await expect(diskStorage(folder).read(nameOf('1'))).rejects.toThrow('4194305 bytes');
    await truncate(join(folder, nameOf('1')), 4 * 1024 * 1024);
    expect(await diskStorage(folder).read(nameOf('1'))).toHaveLength(4 * 1024 * 1024);
  });

  test('hides no other one, and keeps its guest from being moved', async () => {
    const journals = fileJournals(folder);
    await endOne(journals, '2', { guest: { name: 'web2', uuid: OTHER } });
    await writeFile(join(folder, nameOf('1')), `${first}nonsense\n`);
    const { records, damaged } = await journals.list();
    expect([records.map((record) => record.id), damaged.map(({ code }) => code)]).toEqual([
      [id('2')],
      ['XFR_JOURNAL_CORRUPT'],
    ]);
    await expect(journals.begin(start('3'))).rejects.toMatchObject({ code: 'XFR_JOURNAL_CORRUPT' });
    await endOne(journals, '4', { guest: { name: 'web2', uuid: OTHER } });
  });

  test.each([
    ['its first line', `nonsense\n${line(2, 'committed')}`],
    ['all of it', '\0'.repeat(500) + '\n'],
    ['its guest', first.replace(UUID, OTHER)],
    ['its line ends', `${first}${line(2, 'committed')}`.replaceAll('\n', ' ').repeat(20)],
  ])('in %s keeps its own guest from being moved, and no other', async (_what, text) => {
    const journals = fileJournals(folder);
    await writeFile(join(folder, nameOf('1')), text);
    expect((await journals.list()).damaged).toMatchObject([
      { code: 'XFR_JOURNAL_CORRUPT', hint: expect.stringContaining(UUID), details: { uuid: UUID, line: 1 } },
    ]);
    const refused = { code: 'XFR_JOURNAL_CORRUPT' };
    await expect(journals.begin(start('3'))).rejects.toMatchObject(refused);
    await expect(journals.open(id('1'))).rejects.toMatchObject(refused);
    await endOne(journals, '4', { guest: { name: 'web2', uuid: OTHER } });
  });

  test('in its first line keeps every guest here when its name does not tell whose it is', async () => {
    await writeFile(join(folder, `${id('1')}.jsonl`), 'nonsense\n');
    await expect(fileJournals(folder).begin(start('3'))).rejects.toMatchObject({
      code: 'XFR_JOURNAL_CORRUPT',
      hint: expect.stringContaining('no guest can be moved'),
    });
  });

  test('by its size is not read into memory', async () => {
    await writeFile(join(folder, nameOf('1')), first);
    await truncate(join(folder, nameOf('1')), 2 ** 40);
    const { damaged } = await fileJournals(folder).list();
    expect(damaged).toMatchObject([{ code: 'XFR_FILE_IO', details: { uuid: UUID } }]);
  });
});

test('one guest is one guest, however its UUID is spelt', async () => {
  const journals = fileJournals(folder);
  await (await journals.begin(start('1')))[Symbol.asyncDispose]();
  const spelt = start('2', { guest: { name: 'web1', uuid: UUID.toUpperCase() } });
  await expect(journals.begin(spelt)).rejects.toMatchObject({ code: 'XFR_UNRESOLVED' });
});

test('one id is taken once, also by two who come at the same moment for different guests', async () => {
  const journals = fileJournals(folder);
  const guests = [UUID, OTHER].map((uuid) => start('1', { guest: { name: 'web', uuid } }));
  const begun = await Promise.allSettled(guests.map((one) => journals.begin(one)));
  const taken = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(begun.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'XFR_TRANSFER_EXISTS' },
  });
  expect(taken).toHaveLength(1);
  for (const one of taken) await one[Symbol.asyncDispose]();
});

describe('journals in files', () => {
  test('are one file for each transfer, for its owner only, in a folder that is made', async () => {
    const inner = join(folder, 'var', 'transfers');
    await using journal = await fileJournals(inner).begin(start('1'));
    expect((await readdir(inner)).toSorted()).toEqual([nameOf('1'), 'locks']);
    expect((await stat(join(inner, 'locks'))).mode & 0o777).toBe(0o700);
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    expect((await stat(join(inner, nameOf('1')))).mode & 0o777).toBe(0o600);
    expect(journal.record.state).toBe('offered');
    const text = await readFile(join(inner, nameOf('1')), 'utf8');
    expect(text.split('\n').map((one) => one && (JSON.parse(one) as { state: string }).state)).toEqual([
      'offered',
      '',
    ]);
  });

  test('do not mind other files, nor one that was torn before anything happened', async () => {
    await writeFile(join(folder, 'README'), 'x');
    await writeFile(join(folder, `${id('1')}.jsonl`), '{"version":1,"id"');
    expect(await fileJournals(folder).list()).toEqual({ records: [], damaged: [] });
    await using journal = await fileJournals(folder).begin(start('2'));
    expect(journal.record.epoch).toBe(1);
  });

  test('that cannot be written where they should be say so', async () => {
    await writeFile(join(folder, 'file'), '');
    const journals = fileJournals(join(folder, 'file', 'transfers'));
    await expect(journals.begin(start('1'))).rejects.toMatchObject({
      code: expect.stringMatching(/^XFR_FILE_/),
    });
  });

  test('see what another process has written meanwhile', async () => {
    await (await fileJournals(folder).begin(start('1')))[Symbol.asyncDispose]();
    const path = join(folder, nameOf('1'));
    const { size } = await stat(path);
    await appendFile(path, `${JSON.stringify({ seq: 2, state: 'aborted', epoch: 1, at: 1 })}\n`);
    expect((await fileJournals(folder).read(id('1')))?.state).toBe('aborted');
    await truncate(path, size);
    expect((await fileJournals(folder).read(id('1')))?.state).toBe('offered');
  });
});

describe('a write that fails', () => {
  /** A disk on which appending and truncating can be made to fail. */
  class BadDisk extends MemoryStorage {
    isFull = false;
    isGone = false;

    override async open(name: string, length: number): ReturnType<MemoryStorage['open']> {
      const file = await super.open(name, length);
      return {
        ...file,
        append: async (bytes) => {
          await file.append(bytes); // it may have come there all the same
          if (this.isFull || this.isGone)
            throw Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' });
        },
        truncate: async (to) => {
          if (this.isGone) throw new Error('EIO: i/o error');
          await file.truncate(to);
        },
      };
    }
  }

  test('leaves nothing in the journal, which can be gone on with', async () => {
    const disk = new BadDisk();
    await using journal = await storedJournals(disk).begin(start('1'));
    disk.isFull = true;
    await expect(journal.append({ state: 'committed', epoch: 1 })).rejects.toMatchObject({
      code: 'XFR_NO_SPACE',
      kind: 'resource',
      details: { inDoubt: false },
    });
    disk.isFull = false;
    await journal.append({ state: 'aborted', epoch: 1 });
    expect((await storedJournals(disk).read(id('1')))?.entries).toHaveLength(2);
  });

  test('says so when it may be there, and nothing more is written', async () => {
    const disk = new BadDisk();
    await using journal = await storedJournals(disk).begin(start('1'));
    disk.isGone = true;
    const doubtful = { details: { inDoubt: true } };
    await expect(journal.append({ state: 'committed', epoch: 1 })).rejects.toMatchObject(doubtful);
    disk.isGone = false;
    await expect(journal.append({ state: 'aborted', epoch: 1 })).rejects.toMatchObject(doubtful);
    expect(journal.record.state).toBe('offered');
  });
});
