import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fileJournals } from './open-journals.ts';
import { standing } from './standing.ts';
import { MemoryStorage } from './storage/memory-storage.ts';
import { storedJournals } from './stored-journals.ts';
import { requireDecided, undecidedTransfer } from './undecided-transfer.ts';

const UUID = '0f0e0d0c-0b0a-0908-0706-050403020100';
const OTHER = '1f0e0d0c-0b0a-0908-0706-050403020100';
const ID = '1'.repeat(32);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfr-journals-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a guest', () => {
  test('of which nothing is settled yet is told with its transfer, until it is', async () => {
    const start = {
      id: ID,
      role: 'source',
      guest: { name: 'web1', uuid: UUID },
      peer: 'tls://b:8002',
    } as const;
    await using journal = await fileJournals(folder).begin(start);
    await journal.append({ state: 'committed', epoch: 1 });
    expect(await undecidedTransfer(UUID.toUpperCase(), folder)).toMatchObject({
      ...{ id: ID, state: 'committed', role: 'source', owner: 'undecided' },
    });
    await expect(requireDecided(UUID, folder)).rejects.toMatchObject({
      code: 'XFR_UNRESOLVED',
      hint: `vm-migrate resolve ${ID}`,
      guest: { name: 'web1', uuid: UUID, state: expect.stringContaining('is suspended here') },
    });
    expect(await undecidedTransfer(OTHER, folder)).toBeUndefined();
    await journal.append({ state: 'aborted', epoch: 1 });
    await journal.append({ state: 'kept', epoch: 1 });
    await requireDecided(UUID, folder);
  });

  test('has no transfer where there never was one', async () => {
    expect(await undecidedTransfer(UUID, join(folder, 'not', 'there'))).toBeUndefined();
  });

  test('is in doubt when its journal cannot be read', async () => {
    await writeFile(join(folder, `${ID}.${UUID}.jsonl`), 'nonsense\n');
    await expect(requireDecided(UUID, folder)).rejects.toMatchObject({ code: 'XFR_JOURNAL_CORRUPT' });
    await requireDecided(OTHER, folder);
  });
});

test('the journals of other guests are not read, however many there are', async () => {
  const read: string[] = [];
  const storage = new MemoryStorage();
  storage.read = async (name) => {
    read.push(name);
    return storage.files.get(name);
  };
  for (let count = 0; count < 1000; count += 1) {
    storage.files.set(`${count.toString(16).padStart(32, '0')}.${OTHER}.jsonl`, Buffer.from('nonsense\n'));
  }
  storage.files.set(`${ID}.jsonl`, Buffer.from('{"version"')); // of an old release: any guest may be in it
  const journals = storedJournals(storage);
  expect(await standing(journals, UUID)).toEqual({ records: [], open: undefined });
  expect(read).toEqual([`${ID}.jsonl`]);
});

test('to ask loads no more than a few modules, whatever else is there', async () => {
  await writeFile(join(folder, 'README'), 'x');
  await writeFile(join(folder, `${ID}.${OTHER}.jsonl`), 'nonsense\n');
  const entry = JSON.stringify(new URL('../journals.ts', import.meta.url));
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (url.startsWith('file:') && loaded.push(url), next(url, context)) });
    const { undecidedTransfer } = await import(${entry});
    await undecidedTransfer(${JSON.stringify(UUID)}, ${JSON.stringify(folder)});
    console.log(JSON.stringify(loaded.map((url) => url.split('/').at(-1))));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(JSON.parse(stdout)).toEqual(['journals.ts', 'undecided-transfer.ts', 'name.ts']);
});
