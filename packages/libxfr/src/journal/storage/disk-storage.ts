import { basename, dirname, join, resolve } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { describeHolder, holderNow, makeLockFolder, readHolder, tryLock } from '@vm-tools/locks';
import { fileError } from '../../disk/file-error.ts';
import { DISK, type Disk, type DiskFile } from './disk.ts';
import { hostId } from './host-id.ts';
import type { JournalFile, JournalStorage } from './storage.ts';

/** A journal has some ten lines; of these, the longest has an error with the last fifty lines of a log. */
const LONGEST_JOURNAL_BYTES = 4 * 1024 * 1024;

/** Files in one folder that only root may read, each line of them synced before either end acts on it. */
export function diskStorage(folder: string, disk: Disk = DISK): JournalStorage {
  const locks = join(folder, 'locks');
  const lockPath = (key: string): string => join(locks, `${key}.lock`);
  return {
    async names() {
      return disk.readdir(folder).catch((thrown: unknown) => {
        if (isMissing(thrown)) return [];
        throw fileError(thrown, 'read', folder);
      });
    },

    async read(name) {
      try {
        await using file = await disk.open(join(folder, name), 'r');
        const { size } = await file.stat();
        if (size > LONGEST_JOURNAL_BYTES) throw new Error(`it has ${size} bytes, and no journal has so many`);
        return await file.readFile();
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw thrown;
      }
    },

    async create(name, bytes) {
      await makeFolder(disk, folder);
      const handle = await disk.open(join(folder, name), 'ax', 0o600);
      const file = journalFile(handle);
      try {
        await file.append(bytes);
        await syncFolder(disk, folder);
      } catch (thrown) {
        await handle.close();
        await disk.rm(join(folder, name), { force: true });
        throw thrown;
      }
      return file;
    },

    async open(name, length) {
      const handle = await disk.open(join(folder, name), 'a');
      const file = journalFile(handle);
      // The rest is a line that was never acted on; the next one must not begin in the middle of it.
      await file.truncate(length);
      return file;
    },

    async remove(name) {
      await disk.rm(join(folder, name), { force: true });
      await syncFolder(disk, folder);
    },

    async lock(key) {
      try {
        await makeFolder(disk, folder);
        await makeLockFolder(locks);
        const holder = holderNow(basename(process.argv[1] ?? 'node', '.js'));
        return await tryLock(lockPath(key), { holder });
      } catch (thrown) {
        throw thrown instanceof VmToolsError ? thrown : fileError(thrown, 'use', folder);
      }
    },

    async hostId(options = {}) {
      if (options.isMade === true) await makeFolder(disk, folder);
      return hostId(folder, options);
    },

    holder: async (key) => describeHolder(await readHolder(lockPath(key))),
  };
}

function journalFile(handle: DiskFile): JournalFile {
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

/** Each folder that was made has its name in the one above it. */
async function makeFolder(disk: Disk, folder: string): Promise<void> {
  const first = await disk.mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  let made = resolve(folder);
  for (const last = resolve(first); made !== last; made = dirname(made))
    await syncFolder(disk, dirname(made));
  await syncFolder(disk, dirname(made));
}

async function syncFolder(disk: Disk, path: string): Promise<void> {
  await using folder = await disk.open(path, 'r');
  await folder.sync();
}

function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
}
