import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { openImage } from './open-image.ts';
import { checkImageFile, fileBytes } from './open-image-file.ts';
import type { StreamFile } from './libxc/verify-file.ts';
import { syntheticPvh } from './testing/synthetic-pvh.ts';
import { withFlippedBit } from './testing/verdict.ts';
import { wrapImage } from './wrap-image.ts';

const configJson = '{"c_info":{"type":"pvh","name":"guest"}}';
const libxc = Buffer.concat([...syntheticPvh({ pages: 40, pagesPerRecord: 20 })]);
const { head, tail } = wrapImage(configJson);
const image = Buffer.concat([head, libxc, tail]);

const inMemory = (bytes: Buffer): StreamFile => ({
  size: async () => bytes.length,
  read: async (into, position) => bytes.copy(into, 0, position),
});

async function codeOf(check: () => Promise<unknown>): Promise<string> {
  try {
    await check();
    return 'accepted';
  } catch (error) {
    if (error instanceof VmToolsError) return error.code;
    throw error;
  }
}

async function readThrough(bytes: Buffer): Promise<void> {
  const opened = await openImage(Readable.from([bytes], { objectMode: false }));
  await buffer(opened.libxc);
  await opened.finish();
}

test('the libxc stream of an image is found', async () => {
  const { configJson: read, libxc: place } = await checkImageFile(inMemory(image));
  expect(read).toBe(configJson);
  let told = 0;
  const bytes = await buffer(fileBytes(inMemory(image), place.from, place.to, (n) => (told += n)));
  expect(bytes.equals(libxc)).toBe(true);
  expect(told).toBe(libxc.length);
});

test('what a reader of all its bytes would refuse is refused, by the same code', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(8 * image.length - 1), fc.nat(image.length), async (bit, length) => {
      for (const bytes of [withFlippedBit(image, bit), image.subarray(0, length)])
        expect(await codeOf(() => checkImageFile(inMemory(bytes)))).toBe(
          await codeOf(() => readThrough(bytes)),
        );
    }),
  );
});

test('the bounds of the expected domain hold, and an abort ends it', async () => {
  const check = (options: Parameters<typeof checkImageFile>[1]) => () =>
    checkImageFile(inMemory(image), options);
  expect(await codeOf(check({ expect: () => ({ type: 'pv' }) }))).toBe('STREAM_CORRUPT');
  expect(await codeOf(check({ expect: () => ({ type: 'pvh', maxPages: 5 }) }))).toBe('STREAM_TOO_LARGE');
  await expect(check({ signal: AbortSignal.abort() })()).rejects.toThrow();
});
