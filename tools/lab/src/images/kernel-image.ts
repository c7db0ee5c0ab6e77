import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { parseBzImage } from '@vm-tools/kernel-image';
import { labError } from '../local/lab-error.ts';

// Behind the compressed kernel stands how large it is.
const sizeTrailerBytes = 4;

/** The compressed ELF kernel inside a bzImage. */
export function payloadOf(file: Buffer): Buffer {
  const bzImage = parseBzImage(file);
  if (bzImage === undefined || bzImage === 'cut')
    throw labError({ code: 'IMAGE', message: 'the kernel is not a bzImage' });
  return file.subarray(bzImage.payloadStart, bzImage.payloadEnd - sizeTrailerBytes);
}

const ZSTD_MAGIC = 0xfd2fb528;

/**
 * Writes the ELF kernel of a bzImage, which Debian 12 compresses with xz and Debian 13 with zstd. Xen and libxc take it
 * as well, and need not decompress it: seconds for each start of a host or guest under emulation.
 */
export async function extractKernel(bzImage: string, elf: string): Promise<void> {
  const payload = payloadOf(await readFile(bzImage));
  if (payload.readUInt32LE() === ZSTD_MAGIC) await writeFile(elf, await promisify(zstdDecompress)(payload));
  else await extractXz(bzImage, payload, elf);
}

async function extractXz(bzImage: string, payload: Buffer, elf: string): Promise<void> {
  const xz = spawn('xz', ['--decompress', '--stdout', '--format=xz'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exit = once(xz, 'close') as Promise<[number | null]>;
  xz.stdin.on('error', () => undefined); // its status says more
  xz.stdin.end(payload);
  await pipeline(xz.stdout, createWriteStream(elf));
  const [code] = await exit;
  if (code !== 0)
    throw labError({ code: 'IMAGE', message: `${bzImage} is compressed neither with xz nor with zstd` });
}

/** Writes the gunzipped Xen: QEMU starts it as a multiboot kernel and does no decompression. */
export async function extractXen(gzipped: string, elf: string): Promise<void> {
  await writeFile(elf, await promisify(gunzip)(await readFile(gzipped)));
}
