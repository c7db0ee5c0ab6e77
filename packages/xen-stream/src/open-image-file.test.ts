import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
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

describe('an HVM domain', () => {
  const record = (type: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(-body.length & 7)]);
  };
  const [STORE, CONTEXT] = [2, 3];
  const withModel = (...records: Buffer[]): Buffer => Buffer.concat([head, libxc, ...records, tail]);
  const check = (bytes: Buffer) => checkImageFile(inMemory(bytes), { expect: () => ({ type: 'hvm' }) });

  test('has the state of its device model behind its memory', async () => {
    const bytes = withModel(record(STORE, Buffer.alloc(21)), record(CONTEXT, Buffer.alloc(200_000)));
    expect(await check(bytes)).toMatchObject({
      end: bytes.length,
      libxc: { to: head.length + libxc.length },
    });
    expect(await check(image)).toMatchObject({ end: image.length });
    expect(await codeOf(() => checkImageFile(inMemory(bytes)))).toBe('STREAM_UNSUPPORTED');
  });

  test.each([
    ['is too short', 'STREAM_CORRUPT', () => withModel(record(STORE, Buffer.alloc(4)))],
    ['has no end', 'STREAM_TRUNCATED', () => withModel(record(CONTEXT, Buffer.alloc(999))).subarray(0, -300)],
    [
      'ends in its head',
      'STREAM_TRUNCATED',
      () => withModel(record(STORE, Buffer.alloc(8))).subarray(0, -22),
    ],
    ['belongs to a checkpoint', 'STREAM_UNSUPPORTED', () => withModel(record(4, Buffer.alloc(0)))],
    [
      'is longer than any',
      'STREAM_TOO_LARGE',
      () => {
        const long = record(CONTEXT, Buffer.alloc(8));
        long.writeUInt32LE(2 ** 31, 4);
        return withModel(long);
      },
    ],
  ])('of which a record %s is refused', async (_, code, damaged) => {
    const recordIndex = code === 'STREAM_TRUNCATED' ? {} : { recordIndex: 1 };
    const bytes = damaged();
    const error = await check(bytes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, details: recordIndex });
    const { offset } = (error as VmToolsError).details;
    expect([head.length + libxc.length, head.length + libxc.length + 8]).toContain(offset);
  });
});
