import { access, constants, open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileFacts, ProgramFacts } from '../dom0.ts';
import { flushFailed } from '../errors.ts';

const SECTOR_BYTES = 512;

/** Looks with stat alone: what is only looked at must not be opened, a driver may wait for a disc. */
export async function lookAt(path: string): Promise<FileFacts> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return { is: 'absent' };
  if (found.isFile())
    return { is: 'file', device: String(found.dev), inode: String(found.ino), bytes: Number(found.size) };
  if (!found.isBlockDevice()) return { is: 'other' };
  const { major, minor } = numbersOf(found.rdev);
  return { is: 'block', major, minor, bytes: await blockBytes(major, minor) };
}

/** As the C library's gnu_dev_major and gnu_dev_minor. */
function numbersOf(rdev: bigint): { readonly major: number; readonly minor: number } {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}

/** 0 where the kernel does not say. */
async function blockBytes(major: number, minor: number): Promise<number> {
  const sectors = await readFile(`/sys/dev/block/${major}:${minor}/size`, 'utf8').catch(() => '0');
  return Number(sectors) * SECTOR_BYTES;
}

/** Looks by stat and by access(2), for the user of this process. */
export async function lookAtProgram(path: string): Promise<ProgramFacts> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'absent';
  if (!found.isFile()) return 'not-executable';
  return access(path, constants.X_OK).then(
    () => 'runnable',
    () => 'not-executable',
  );
}

/** Whether there is a network device of this name that is a bridge of Linux. */
export function hasBridge(name: string): Promise<boolean> {
  return stat(`/sys/class/net/${basename(name)}/bridge`).then(
    () => basename(name) === name,
    () => false,
  );
}

/** fsync: for a file as well as for a block device. @throws DOM0_FLUSH_FAILED */
export async function flush(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r');
    await file.sync();
  } catch (cause) {
    throw flushFailed(path, cause);
  }
}
