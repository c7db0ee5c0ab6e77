import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock, type FileLock } from '@vm-tools/locks';

/** An image that is being written: a file that is locked as long as its writer lives. */
export interface PartialFile {
  readonly path: string;
  /** Removes it, unless it has got another name by now, and lets go of its lock. Does not reject. */
  remove(): Promise<void>;
}

/** It does not begin with the name of the image, which may be as long as a name can be. */
const PREFIX = '.partial-image-';
const PARTIAL = /^\.partial-image-[0-9a-f]{12}$/;

/**
 * A new and empty file in this folder, for its owner alone.
 *
 * @throws an error of the system, with its `code`
 */
export async function createPartial(folder: string): Promise<PartialFile> {
  const path = join(folder, `${PREFIX}${randomBytes(6).toString('hex')}`);
  try {
    const lock = await tryLock(path);
    if (lock !== undefined) return { path, remove: () => removeLocked(lock) };
  } catch (thrown) {
    throw (thrown as Error).cause ?? thrown;
  }
  return createPartial(folder); // another writer took it for that of a dead one in the moment before it was locked
}

/**
 * Removes what writers have left in this folder that were killed. It is only tidying: what cannot be looked at stays.
 *
 * @returns the paths of what was removed
 */
export async function removeDeadPartials(folder: string): Promise<readonly string[]> {
  const found = await findDeadPartials(folder);
  await Promise.all(found.map((partial) => partial.remove()));
  return found.map(({ path }) => path);
}

/** The same without removing them; this process has their locks then, until they are removed or it ends. */
export async function findDeadPartials(folder: string): Promise<readonly PartialFile[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => PARTIAL.test(name))
      .map(async (name): Promise<PartialFile[]> => {
        const path = join(folder, name);
        const lock = await tryLock(path).catch(() => undefined);
        return lock === undefined ? [] : [{ path, remove: () => removeLocked(lock) }];
      }),
  );
  return found.flat();
}

/** Its lock removes a file when it lets go of it; what cannot be removed does no harm. */
async function removeLocked(lock: FileLock): Promise<void> {
  try {
    await lock[Symbol.asyncDispose]();
  } catch {
    // the next one that comes into the folder tries again
  }
}
