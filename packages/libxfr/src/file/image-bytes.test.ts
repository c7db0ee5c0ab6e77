import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compressFrames } from '@vm-tools/zstd-frames';
import { openImageBytes, type ImageBytes, type ImageBytesOptions } from './image-bytes.ts';

const MIB = 2 ** 20;
const image = Buffer.alloc(3 * MIB + 5);
for (let at = 0; at + 4 <= image.length; at += 512) image.writeUInt32LE(at, at);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytes-'));
  await writeFile(join(folder, 'plain'), image);
  await writeFile(join(folder, 'zstd'), zstdCompressSync(image));
  const frames: Buffer[] = [];
  for await (const frame of compressFrames([image] as unknown as AsyncIterable<Buffer>))
    frames.push(Buffer.from(frame));
  await writeFile(join(folder, 'zstd-frames'), Buffer.concat(frames));
});
afterAll(() => rm(folder, { recursive: true }));

async function all(bytes: ImageBytes): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const into = Buffer.alloc(100_000);
    const read = await bytes.read(into, at);
    if (read === 0) break;
    pieces.push(into.subarray(0, read));
    at += read;
  }
  return Buffer.concat(pieces);
}

describe.each(['plain', 'zstd', 'zstd-frames'] as const)('an image that is %s', (form) => {
  const packing = form === 'plain' ? undefined : form;

  test.each([
    ['in a file', {}],
    ['in a file of which all is read', { isWhole: true }],
  ])('%s', async (_, options: ImageBytesOptions) => {
    let read = 0;
    await using bytes = await openImageBytes(join(folder, form), {
      ...options,
      onRead: (length) => (read += length),
    });
    expect((await all(bytes)).equals(image)).toBe(true);
    expect(bytes.packing).toBe(packing);
    expect(await bytes.finish(image.length)).toBe(false);
    if (options.isWhole) expect(read).toBe(bytes.storedBytes);
  });

  test('in a stream', async () => {
    await using bytes = await openImageBytes(createReadStream(join(folder, form)));
    expect((await all(bytes)).equals(image)).toBe(true);
    expect(bytes.packing).toBe(packing && 'zstd');
  });
});

test('of a file, what is not asked for is not read', async () => {
  for (const form of ['plain', 'zstd-frames']) {
    let read = 0;
    await using bytes = await openImageBytes(join(folder, form), { onRead: (length) => (read += length) });
    const into = Buffer.alloc(4096);
    expect(await bytes.read(into, 2 * MIB)).toBe(4096);
    expect(into.equals(image.subarray(2 * MIB, 2 * MIB + 4096))).toBe(true);
    expect(read).toBeLessThan(bytes.storedBytes / 2);
    expect([await bytes.size(), await bytes.finish(100)]).toEqual([image.length, true]);
  }
});

test('what follows the end of a compressed one is read, for the checksum behind it', async () => {
  const packed = zstdCompressSync(image);
  const damaged = join(folder, 'damaged');
  await writeFile(damaged, packed.subarray(0, packed.length - 1));
  await using bytes = await openImageBytes(damaged, { isWhole: true });
  await expect(bytes.finish(1000)).rejects.toMatchObject({
    code: 'ZSTD_CORRUPT',
    details: { offset: expect.any(Number) },
  });
});

test('a table that cannot be true is refused, unless all is read', async () => {
  const path = join(folder, 'lying');
  const foot = Buffer.from('ffffff0f00b1ea928f', 'hex');
  await writeFile(path, Buffer.concat([zstdCompressSync(image), foot]));
  await expect(openImageBytes(path)).rejects.toMatchObject({ code: 'ZSTD_CORRUPT' });
});

test('what cannot be opened, and an abort while a pipe brings nothing', async () => {
  await expect(openImageBytes(join(folder, 'nosuch'))).rejects.toMatchObject({ code: 'XFR_FILE_MISSING' });
  await expect(openImageBytes(folder)).rejects.toMatchObject({ code: 'XFR_FILE_TYPE' });
  const pipe = new PassThrough();
  pipe.write(image.subarray(0, 100));
  const controller = new AbortController();
  await using bytes = await openImageBytes(pipe, { signal: controller.signal });
  expect(await bytes.size()).toBe(100);
  const waiting = expect(bytes.size()).rejects.toMatchObject({ code: 'INTERRUPTED' });
  controller.abort();
  await waiting;
});
