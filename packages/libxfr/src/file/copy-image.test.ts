import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sleep } from '@vm-tools/errors';
import type { Limiter } from '@vm-tools/ratelimit';
import { diskStorage, type Storage } from '../disk/storage.ts';
import { copyImage } from './copy-image.ts';
import type { ImageBytes } from './image-bytes.ts';

const MIB = 2 ** 20;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => join(folder, name);

/** Reads all of it, and says that it ends there or before. */
const reads =
  (end = Infinity) =>
  async (image: ImageBytes): Promise<number> => {
    let at = 0;
    for (let size = await image.size(); size > at && at < end; size = await image.size()) at = size;
    return Math.min(at, end);
  };

const runs = fc.array(
  fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.integer({ min: 1, max: 2 * MIB }).map((length) => new Uint8Array(length)),
    fc.integer({ min: 1, max: MIB }).map((length) => new Uint8Array(length).map((_, at) => (at * 31) % 251)),
  ),
  { minLength: 1, maxLength: 5 },
);

test('there and back every byte is the same, through files and through streams', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (parts) => {
      const image = Buffer.concat(parts);
      await writeFile(inFolder('a'), image);
      const options = { check: reads(), overwrite: true, durable: false };
      const packed = await copyImage(inFolder('a'), inFolder('b'), { ...options, compress: true });
      const { size } = await stat(inFolder('b'));
      expect(packed).toMatchObject({ imageBytes: image.length, isCompressed: true, transferred: size });
      const plain = await copyImage(inFolder('b'), inFolder('c'), options);
      expect(plain).toMatchObject({ imageBytes: image.length, isCompressed: false });
      expect(plain.transferred + plain.zeroBytes).toBe(image.length);
      expect((await readFile(inFolder('c'))).equals(image)).toBe(true);
      const out = new PassThrough();
      const [bytes] = await Promise.all([
        buffer(out),
        copyImage(Readable.from([await readFile(inFolder('b'))]), out, options),
      ]);
      expect(bytes.equals(image)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('what follows the image is left out', async () => {
  const image = Buffer.alloc(5 * MIB + 7, 'image ');
  await writeFile(inFolder('a'), Buffer.concat([image, Buffer.alloc(3 * MIB, 1)]));
  const summary = await copyImage(inFolder('a'), inFolder('b'), { check: reads(image.length) });
  expect(summary).toMatchObject({ imageBytes: image.length, isFollowed: true });
  expect(zstdDecompressSync(await readFile(inFolder('b'))).equals(image)).toBe(true);
});

test('what fails first is the reason, and nothing is left', async () => {
  await writeFile(inFolder('a'), Buffer.alloc(5 * MIB, 'image '));
  const full: Storage = {
    ...diskStorage,
    open: async (path) => ({
      ...(await diskStorage.open(path)),
      write: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    }),
  };
  const [to, compress] = [inFolder('b'), false];
  await expect(
    copyImage(inFolder('a'), to, { check: reads(), compress, storage: full }),
  ).rejects.toMatchObject({
    code: 'XFR_NO_SPACE',
  });
  const refused = new Error('it is not sound');
  const refuses = async (image: ImageBytes): Promise<number> => {
    await reads()(image);
    throw refused;
  };
  for (const each of [true, false])
    await expect(copyImage(inFolder('a'), to, { check: refuses, compress: each })).rejects.toBe(refused);
  const gone = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(), { code: 'EPIPE' })),
  });
  await expect(copyImage(inFolder('a'), gone, { check: reads(), compress })).rejects.toMatchObject({
    code: 'XFR_READER_GONE',
  });
  const controller = new AbortController();
  const stuck = new PassThrough();
  stuck.write(Buffer.alloc(100, 1));
  const copying = copyImage(stuck, to, { check: reads(), signal: controller.signal });
  setImmediate(() => controller.abort());
  await expect(copying).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await readdir(folder)).toEqual(['a']);
});

test('an abort while the limiter lets nothing pass leaves nothing', async () => {
  await writeFile(inFolder('a'), Buffer.alloc(8 * MIB, 'image '));
  const controller = new AbortController();
  const limiter: Limiter = {
    rate: MIB,
    burst: 2 ** 16,
    setRate: () => undefined,
    take: (_bytes, signal) => {
      setImmediate(() => controller.abort());
      return sleep(1e9, signal);
    },
  };
  const options = { check: reads(), compress: false, limiter, signal: controller.signal };
  const copying = copyImage(inFolder('a'), inFolder('b'), options);
  await expect(copying).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await readdir(folder)).toEqual(['a']);
});

test('what fails before anything is written ends no process', async () => {
  await writeFile(inFolder('a'), Buffer.alloc(MIB));
  await writeFile(inFolder('b'), 'old');
  const copying = copyImage(inFolder('a'), inFolder('b'), { check: reads() });
  await expect(copying).rejects.toMatchObject({ code: 'XFR_FILE_EXISTS' });
  // An error of a stream that has no listener comes with the next turn of the loop, and jest reports it.
  await new Promise((resolve) => setImmediate(resolve));
});
