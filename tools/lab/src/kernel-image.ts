import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { labError } from './lab-error.ts';

// The setup header of a bzImage, see Documentation/arch/x86/boot.rst of Linux.
const setupSectors = 0x1f1;
const magicOffset = 0x202;
const payloadOffset = 0x248;
const payloadLength = 0x24c;
const sectorBytes = 512;
const sizeTrailerBytes = 4;

/** The compressed ELF kernel inside a bzImage. */
export function payloadOf(bzImage: Buffer): Buffer {
  if (bzImage.toString('latin1', magicOffset, magicOffset + 4) !== 'HdrS') {
    throw labError({ code: 'IMAGE', message: 'the kernel is not a bzImage' });
  }
  const start = (bzImage.readUInt8(setupSectors) + 1) * sectorBytes + bzImage.readUInt32LE(payloadOffset);
  return bzImage.subarray(start, start + bzImage.readUInt32LE(payloadLength) - sizeTrailerBytes);
}

/**
 * Writes the ELF kernel of a bzImage. Xen and libxc take it as well, and need not decompress it: seconds for
 * each start of a host or guest under emulation.
 */
export async function extractKernel(bzImage: string, elf: string): Promise<void> {
  const payload = payloadOf(await readFile(bzImage));
  const xz = spawn('xz', ['--decompress', '--stdout', '--format=xz'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exit = once(xz, 'close') as Promise<[number | null]>;
  xz.stdin.end(payload);
  await pipeline(xz.stdout, createWriteStream(elf));
  const [code] = await exit;
  if (code !== 0) throw labError({ code: 'IMAGE', message: `${bzImage} is not compressed with xz` });
}

/** Writes the gunzipped Xen: QEMU starts it as a multiboot kernel and does no decompression. */
export async function extractXen(gzipped: string, elf: string): Promise<void> {
  await writeFile(elf, await promisify(gunzip)(await readFile(gzipped)));
}
