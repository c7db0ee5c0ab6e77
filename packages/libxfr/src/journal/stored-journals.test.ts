import { expect, test } from '@jest/globals';
import { WEEK_MS } from './forgettable.ts';
import type { JournalStart, Journals } from './journals.ts';
import { MemoryStorage } from './storage/memory-storage.ts';
import { storedJournals } from './stored-journals.ts';

const UUID = '0f0e0d0c-0b0a-0908-0706-050403020100';
const OTHER = '1f0e0d0c-0b0a-0908-0706-050403020100';
const id = (digit: string): string => digit.repeat(32);

const start = (digit: string, uuid = UUID): JournalStart => ({
  ...{ id: id(digit), role: 'source', guest: { name: 'web1', uuid }, peer: 'b.example:8002' },
});

async function endOne(journals: Journals, digit: string, uuid = UUID): Promise<void> {
  await using journal = await journals.begin(start(digit, uuid));
  const { epoch } = journal.record;
  for (const state of ['aborted', 'kept'] as const) await journal.append({ state, epoch });
}

const line = (seq: number, state: string): string => `${JSON.stringify({ seq, state, epoch: 1, at: 1 })}\n`;
const head = (digit: string, uuid = UUID): Buffer =>
  Buffer.from(
    `${JSON.stringify({ version: 1, ...start(digit, uuid), seq: 1, state: 'offered', epoch: 1, at: 1 })}\n`,
  );
const ids = (records: readonly { readonly id: string }[]): string => records.map((one) => one.id[0]).join('');
const sick = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));

test('the oldest is listed first, however their files are called', async () => {
  let now = 1000;
  const storage = new MemoryStorage();
  const journals = storedJournals(storage, { now: () => (now += 1) });
  for (const digit of ['2', '3', '1']) await endOne(journals, digit);
  for (const order of ['231', '132', '321']) {
    const names = [...storage.files.keys()].sort((a, b) => order.indexOf(a[0]!) - order.indexOf(b[0]!));
    storage.names = async () => names;
    expect(ids((await journals.list()).records)).toBe('231');
    expect(ids((await journals.listOf(UUID)).records)).toBe('231');
  }
});

test('a journal whose name does not tell its guest, as the first release wrote them, is of that guest alone', async () => {
  const storage = new MemoryStorage();
  const journals = storedJournals(storage);
  storage.files.set(`${id('1')}.jsonl`, head('1'));
  await endOne(journals, '2', OTHER);
  expect(ids((await journals.listOf(OTHER)).records)).toBe('2');
  await expect(journals.begin(start('3'))).rejects.toMatchObject({ code: 'XFR_UNRESOLVED' });
  // Damaged, as long as its first line can be read.
  storage.files.set(`${id('1')}.jsonl`, Buffer.concat([head('1'), Buffer.from('nonsense\n')]));
  await endOne(journals, '4', OTHER);
  await expect(journals.begin(start('3'))).rejects.toMatchObject({ code: 'XFR_JOURNAL_CORRUPT' });
});

test('one that cannot be read keeps its guest here, and every guest when its name tells none', async () => {
  const storage = new MemoryStorage();
  const journals = storedJournals(storage);
  storage.files.set(`${id('1')}.${UUID}.jsonl`, head('1'));
  const read = storage.read.bind(storage);
  storage.read = (name) => (name.startsWith('1') ? sick() : read(name));
  const unread = { code: 'XFR_FILE_IO', message: expect.stringMatching(/^cannot read 1+\./) };
  await expect(journals.begin(start('2'))).rejects.toMatchObject({ ...unread, details: { uuid: UUID } });
  await endOne(journals, '3', OTHER);
  storage.files.delete(`${id('1')}.${UUID}.jsonl`);
  storage.files.set(`${id('1')}.jsonl`, head('1'));
  const { damaged } = await journals.list();
  expect(damaged).toMatchObject([unread]);
  expect(damaged[0]?.details).not.toHaveProperty('uuid');
  await expect(journals.begin(start('4', OTHER))).rejects.toMatchObject(unread);
});

test('the old ones of a guest go when the next one is begun, and all of them in a week when nothing else is said', async () => {
  let now = 1000;
  const storage = new MemoryStorage();
  const journals = storedJournals(storage, { now: () => now });
  for (const digit of ['1', '2']) await endOne(journals, digit);
  for (const digit of ['3', '4']) await endOne(journals, digit, OTHER);
  now += WEEK_MS;
  await (await journals.begin(start('5')))[Symbol.asyncDispose]();
  expect(ids((await journals.list()).records)).toBe('2345');
  now -= 1;
  expect(await journals.prune()).toEqual([]);
  now += 1;
  expect((await journals.prune()).toSorted()).toEqual([id('2'), id('3')]);
  let looks = 0;
  const names = storage.names.bind(storage);
  storage.names = () => {
    looks += 1;
    return names();
  };
  expect(await journals.prune()).toEqual([]);
  expect(looks).toBe(1);
});

test('a journal that cannot be made or opened is told, and its guest is not kept busy', async () => {
  const storage = new MemoryStorage();
  const journals = storedJournals(storage);
  const [create, open] = [storage.create.bind(storage), storage.open.bind(storage)];
  const name = `${id('1')}.${UUID}.jsonl`;
  storage.create = sick;
  await expect(journals.begin(start('1'))).rejects.toMatchObject({
    code: 'XFR_FILE_IO',
    message: expect.stringContaining(`cannot create ${name}: `),
  });
  storage.create = create;
  await (await journals.begin(start('1')))[Symbol.asyncDispose]();
  storage.open = sick;
  await expect(journals.open(id('1'))).rejects.toMatchObject({
    code: 'XFR_FILE_IO',
    message: expect.stringContaining(`cannot open ${name}: `),
  });
  storage.open = open;
  await using journal = await journals.open(id('1'));
  expect(journal.record.state).toBe('offered');
});

test('what was written or removed while a lock was waited for counts', async () => {
  const storage = new MemoryStorage();
  const journals = storedJournals(storage);
  await (await journals.begin(start('1')))[Symbol.asyncDispose]();
  const name = `${id('1')}.${UUID}.jsonl`;
  const lock = storage.lock.bind(storage);
  storage.lock = (key) => {
    storage.files.set(name, Buffer.concat([storage.files.get(name)!, Buffer.from(line(2, 'committed'))]));
    return lock(key);
  };
  {
    await using journal = await journals.open(id('1'));
    expect(journal.record.state).toBe('committed');
    await journal.append({ state: 'confirmed', epoch: 1 });
  }
  expect((await journals.read(id('1')))?.entries.map(({ state }) => state)).toEqual([
    'offered',
    'committed',
    'confirmed',
  ]);
  const whole = storage.files.get(name)!;
  storage.lock = (key) => {
    storage.files.delete(name);
    return lock(key);
  };
  await expect(journals.open(id('1'))).rejects.toMatchObject({ code: 'XFR_TRANSFER_UNKNOWN' });
  storage.lock = lock;
  storage.files.set(name, whole);
  await using again = await journals.open(id('1'));
  expect(again.record.state).toBe('confirmed');
});

test('a journal that was closed lets go once, and not of what another one has taken', async () => {
  const journals = storedJournals(new MemoryStorage());
  const first = await journals.begin(start('1'));
  await first[Symbol.asyncDispose]();
  await using _second = await journals.open(id('1'));
  await first[Symbol.asyncDispose]();
  await expect(journals.open(id('1'))).rejects.toMatchObject({ code: 'XFR_GUEST_BUSY' });
});

test('who is refused may try again, and is told who is at work if that is known', async () => {
  const storage = new MemoryStorage();
  const journals = storedJournals(storage);
  await using _journal = await journals.begin(start('1'));
  const busy = { code: 'XFR_GUEST_BUSY', retry: 'safe', details: { name: 'web1', uuid: UUID } };
  const words = 'another process of this host is moving web1 right now';
  await expect(journals.begin(start('2'))).rejects.toMatchObject({ ...busy, message: words });
  Object.assign(storage, { holder: async (key: string) => `vm-save has ${key}` });
  await expect(journals.open(id('1'))).rejects.toMatchObject({
    ...busy,
    message: `${words}: vm-save has ${UUID}`,
  });
  await expect(journals.begin(start('1', OTHER))).rejects.toMatchObject({
    ...{ code: 'XFR_TRANSFER_EXISTS', retry: 'safe', details: { id: id('1') } },
  });
  await expect(journals.open(id('7'))).rejects.toMatchObject({ details: { id: id('7') } });
});

test('an id that another process is just taking is taken', async () => {
  const storage = new MemoryStorage();
  storage.locks.add(id('1'));
  await expect(storedJournals(storage).begin(start('1'))).rejects.toMatchObject({
    code: 'XFR_TRANSFER_EXISTS',
  });
  expect([...storage.files.keys()]).toEqual([]);
  storage.locks.delete(id('1'));
  await using _journal = await storedJournals(storage).begin(start('1'));
  expect([...storage.locks]).toEqual([UUID]);
});

test('whose disk fails is told that, and what became of the line', async () => {
  const storage = new MemoryStorage();
  const open = storage.open.bind(storage);
  storage.open = async (...args) => ({ ...(await open(...args)), append: sick });
  await using journal = await storedJournals(storage).begin(start('1'));
  await expect(journal.append({ state: 'committed', epoch: 1 })).rejects.toMatchObject({
    ...{ code: 'XFR_JOURNAL_IO', kind: 'failure', details: { state: 'committed', inDoubt: false } },
    cause: { code: 'EIO' },
  });
});

test('a line that fails leaves those before it', async () => {
  const storage = new MemoryStorage();
  const open = storage.open.bind(storage);
  let isSick = false;
  storage.open = async (...args) => {
    const file = await open(...args);
    const append = async (more: Buffer): Promise<void> => {
      await file.append(more); // it may have come there all the same
      if (isSick) await sick();
    };
    return { ...file, append };
  };
  await using journal = await storedJournals(storage).begin(start('1'));
  await journal.append({ state: 'committed', epoch: 1 });
  isSick = true;
  await expect(journal.append({ state: 'confirmed', epoch: 1 })).rejects.toMatchObject({
    details: { inDoubt: false },
  });
  isSick = false;
  await journal.append({ state: 'aborted', epoch: 1 });
  const record = await storedJournals(storage).read(id('1'));
  expect(record?.entries.map(({ state }) => state)).toEqual(['offered', 'committed', 'aborted']);
});

test('as whom the other end was known is kept, and an error is where one was', async () => {
  let now = 5;
  const journals = storedJournals(new MemoryStorage(), { now: () => now });
  {
    await using journal = await journals.begin({ ...start('1'), who: 'host-b' });
    now = 6;
    const error = { code: 'A_B', kind: 'peer', message: 'why' } as const;
    await journal.append({ state: 'aborted', epoch: 1, error });
    await journal.append({ state: 'kept', epoch: 1 });
  }
  expect(await journals.read(id('1'))).toMatchObject({
    who: 'host-b',
    isEnded: true,
    entries: [
      { state: 'offered', epoch: 1, at: 5 },
      { state: 'aborted', epoch: 1, at: 6, error: { code: 'A_B' } },
      { state: 'kept', epoch: 1, at: 6 },
    ],
  });
  expect((await journals.read(id('1')))?.entries[2]).not.toHaveProperty('error');
  expect(await journals.read(id('2'))).toBeUndefined();
});

test('of a journal whose first line was being written nothing is known', async () => {
  const storage = new MemoryStorage();
  storage.files.set(`${id('1')}.${UUID}.jsonl`, Buffer.from('{"version"'));
  const journals = storedJournals(storage);
  expect(await journals.read(id('1'))).toBeUndefined();
  await expect(journals.open(id('1'))).rejects.toMatchObject({ code: 'XFR_TRANSFER_UNKNOWN' });
});

test('a host whose number cannot be told is no reason to stop', async () => {
  const storage = Object.assign(new MemoryStorage(), { hostId: sick });
  expect(await storedJournals(storage).hostId?.({ isMade: true })).toBeUndefined();
});
