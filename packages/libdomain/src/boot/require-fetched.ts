import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { BootAnswer } from './parse-answer.ts';

/**
 * Why what a bootloader has answered is not what it has fetched, as a clause. Its answer follows from what the guest has
 * written: it must not lead to another file of this host.
 */
export async function whyNotFetched(
  { kernel, ramdisk }: BootAnswer,
  folder: string,
): Promise<string | undefined> {
  for (const path of [kernel, ...(ramdisk === undefined ? [] : [ramdisk])]) {
    const found =
      isAbsolute(path) && dirname(resolve(path)) === folder
        ? await lstat(path).catch(() => undefined)
        : undefined;
    if (found?.isFile() !== true) return `${path} is no file that it has fetched`;
  }
  return undefined;
}
