import { copyFile, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BootloaderEnd, BootloaderRun } from '@vm-tools/dom0';
import { messageOf } from '@vm-tools/errors';

/** Of an ELF file; a disk that begins with a kernel is one from which a simulated guest can be booted. */
const ELF = Buffer.from('\u007fELF', 'latin1');

/**
 * What pygrub does, for disks that have no file system: the kernel is all of the disk, there is no ramdisk, and the
 * command line is the one that it was given. It knows the options of pygrub that libxl uses.
 */
export async function pygrub({ args, folder, output, logPath }: BootloaderRun): Promise<BootloaderEnd> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    const disk = args.at(-1) ?? '';
    const cmdline = args.find((arg) => arg.startsWith('--args='))?.slice('--args='.length);
    const found = await findKernel(disk);
    const lastWords = found ?? '';
    await mkdir(dirname(logPath), { recursive: true });
    await writeFile(logPath, lastWords);
    if (found !== undefined) return { status: 1, lastWords, output: '' };
    const kernel = join(folder, 'boot_kernel.simulated');
    await copyFile(disk, kernel);
    const answer = `kernel ${kernel}\0${cmdline === undefined ? '' : `args ${cmdline}\0`}`;
    await writeFile(output, answer, { mode: 0o600 });
    return { status: 0, lastWords, output: answer };
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** @returns what pygrub says of a disk without one */
async function findKernel(disk: string): Promise<string | undefined> {
  try {
    await using file = await open(disk);
    const head = Buffer.alloc(ELF.length);
    await file.read(head, 0, head.length, 0);
    return head.equals(ELF) ? undefined : 'RuntimeError: Unable to find partition containing kernel\n';
  } catch (thrown) {
    return `${messageOf(thrown)}\n`;
  }
}
