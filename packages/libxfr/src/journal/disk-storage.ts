import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { describeHolder, holderNow, makeLockFolder, readHolder, tryLock } from '@vm-tools/locks';
import { fileError } from '../file/file-error.ts';
import type { JournalFile, JournalStorage } from './storage.ts';
import { syncFolder } from '../file/sync-folder.ts';

/** A journal has some ten lines; of these, the longest has an error with the last fifty lines of a log. */
const LONGEST_JOURNAL_BYTES = 4 * 1024 * 1024;

/** Files in one folder that only root may read, each line of them synced before anybody acts on it. */
export function diskStorage(folder: string): JournalStorage {
  const locks = join(folder, 'locks');
  const lockPath = (key: string): string => join(locks, `${key}.lock`);
  return {
    async names() {
      return readdir(folder).catch((thrown: unknown) => {
        if (isMissing(thrown)) return [];
        throw fileError(thrown, 'read', folder);
      });
    },

    async read(name) {
      try {
        await using file = await open(join(folder, name), 'r');
        const { size } = await file.stat();
        if (size > LONGEST_JOURNAL_BYTES) throw new Error(`it has ${size} bytes, and no journal has so many`);
        return await file.readFile();
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw thrown;
      }
    },

    async create(name, bytes) {
      await makeFolder(folder);
      const handle = await open(join(folder, name), 'ax', 0o600);
      const file = journalFile(handle);
      try {
        await file.append(bytes);
        await syncFolder(folder);
      } catch (thrown) {
        await handle.close();
        await rm(join(folder, name), { force: true });
        throw thrown;
      }
      return file;
    },

    async open(name, length) {
      const handle = await open(join(folder, name), 'a');
      const file = journalFile(handle);
      // What is behind is a line of which nobody has heard; the next one must not begin in the middle of it.
      await file.truncate(length);
      return file;
    },

    async remove(name) {
      await rm(join(folder, name), { force: true });
      await syncFolder(folder);
    },

    async lock(key) {
      try {
        await makeFolder(folder);
        await makeLockFolder(locks);
        const holder = holderNow(basename(process.argv[1] ?? 'node', '.js'));
        return await tryLock(lockPath(key), { holder });
      } catch (thrown) {
        throw thrown instanceof VmToolsError ? thrown : fileError(thrown, 'use', folder);
      }
    },

    holder: async (key) => describeHolder(await readHolder(lockPath(key))),
  };
}

function journalFile(handle: FileHandle): JournalFile {
  return {
    async append(bytes) {
      await handle.appendFile(bytes);
      await handle.datasync();
    },
    async truncate(length) {
      await handle.truncate(length);
      await handle.sync();
    },
    close: () => handle.close(),
  };
}

async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(made));
}

function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
}
