import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChildStrictly } from '../local/child.ts';

const sectorBytes = 512;
const mib = 1024 * 1024;
const rawMib = 16;
const qcow2Mib = 64;
/** Of the qcow2, so much is allocated from the start; what a guest writes behind it has to be. */
const writtenMib = 1;

/** The templates of disks that guests get: `raw.img` and `disk.qcow2`, in the folder. */
export async function writeGuestDisks(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'raw.img'), numberedSectors(rawMib * mib));
  const start = join(folder, 'start.img');
  const qcow2 = join(folder, 'disk.qcow2');
  await writeFile(start, numberedSectors(writtenMib * mib));
  await runChildStrictly('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', start, qcow2]);
  await runChildStrictly('qemu-img', ['resize', '-q', '-f', 'qcow2', qcow2, `${qcow2Mib}M`]);
  await rm(start);
}

/** Bytes of which each sector says its own number all over, so that one that was taken for another is seen. */
export function numberedSectors(bytes: number): Buffer {
  const disk = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += sectorBytes)
    disk.fill(`${`sector ${at / sectorBytes}`.padEnd(15)}\n`, at, at + sectorBytes);
  return disk;
}
