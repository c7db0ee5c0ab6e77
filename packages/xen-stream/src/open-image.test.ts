import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { openImage } from './open-image.ts';
import { syntheticPvh } from './testing/synthetic-pvh.ts';
import { splitAt, withFlippedBit } from './testing/verdict.ts';
import { wrapImage } from './wrap-image.ts';

const configJson = '{"c_info":{"type":"pvh","name":"guest"}}';
const libxc = Buffer.concat([...syntheticPvh({ pages: 5, pagesPerRecord: 4 })]);
const { head, tail } = wrapImage(configJson);
const image = Buffer.concat([head, libxc, tail]);

const streamOf = (chunks: Iterable<Uint8Array>): Readable => Readable.from(chunks, { objectMode: false });

async function restore(chunks: Iterable<Uint8Array>): Promise<{ config: string; received: Buffer }> {
  const opened = await openImage(streamOf(chunks));
  const received = await buffer(opened.libxc);
  await opened.finish();
  return { config: opened.configJson, received };
}

async function codeOf(chunks: Iterable<Uint8Array>): Promise<string> {
  try {
    await restore(chunks);
    return 'accepted';
  } catch (error) {
    if (error instanceof VmToolsError) return error.code;
    throw error;
  }
}

test('what was wrapped is opened, however it is cut, whatever follows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(image.length)), fc.uint8Array(), async (cuts, trailer) => {
      const { config, received } = await restore([...splitAt(image, cuts), trailer]);
      expect(config).toBe(configJson);
      expect(received.equals(libxc)).toBe(true);
    }),
  );
});

test('every truncation is known', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: image.length - 1 }), async (length) => {
      expect(await codeOf([image.subarray(0, length)])).toBe('STREAM_TRUNCATED');
    }),
  );
});

test('a flipped bit is accepted or gives a typed error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(8 * image.length - 1), async (bit) => {
      expect(await codeOf([withFlippedBit(image, bit)])).toMatch(/^accepted$|^STREAM_/);
    }),
  );
});

describe('around the libxc stream', () => {
  const libxlAt = image.indexOf('LibxlFmt');
  const patched = (offset: number, value: number): Buffer => {
    const bytes = Buffer.from(image);
    bytes[offset] = value;
    return bytes;
  };
  const endAt = image.length - 8;

  const cases: [what: string, code: string, bytes: Buffer][] = [
    ['no libxl header', 'STREAM_CORRUPT', patched(libxlAt, 0)],
    ['libxl version 3', 'STREAM_UNSUPPORTED', patched(libxlAt + 11, 3)],
    ['libxl of a big endian host', 'STREAM_UNSUPPORTED', patched(libxlAt + 15, 1)],
    ['unknown libxl options', 'STREAM_CORRUPT', patched(libxlAt + 15, 4)],
    ['END for LIBXC_CONTEXT', 'STREAM_CORRUPT', patched(libxlAt + 16, 0)],
    ['LIBXC_CONTEXT with a body', 'STREAM_CORRUPT', patched(libxlAt + 20, 8)],
    ['a second LIBXC_CONTEXT', 'STREAM_CORRUPT', patched(endAt, 1)],
    ['state of a device model', 'STREAM_UNSUPPORTED', patched(endAt, 2)],
    ['a checkpoint', 'STREAM_UNSUPPORTED', patched(endAt, 4)],
    ['an unknown libxl record', 'STREAM_CORRUPT', patched(endAt, 6)],
    ['END with a body', 'STREAM_CORRUPT', patched(endAt + 4, 8)],
  ];
  test.each(cases)('%s', async (_what, code, bytes) => {
    expect(await codeOf([bytes])).toBe(code);
  });

  test('an image that libxl converted from a legacy one is fine', async () => {
    expect(await codeOf([patched(libxlAt + 15, 2)])).toBe('accepted');
  });
});

test('offsets of errors are those of the file', async () => {
  const bytes = Buffer.from(image);
  bytes[head.length + 40] = 0x7f; // the type of the first record
  await expect(restore([bytes])).rejects.toMatchObject({
    details: { offset: head.length + 40, recordIndex: 0 },
  });
});

test('the configuration tells which domain is expected, and how large it may be', async () => {
  const seen: string[] = [];
  const opened = await openImage(streamOf([image]), {
    expect: (json) => {
      seen.push(json);
      return { type: 'pv' };
    },
  });
  expect(seen).toEqual([configJson]);
  await expect(buffer(opened.libxc)).rejects.toMatchObject({ code: 'STREAM_CORRUPT' });

  const small = await openImage(streamOf([image]), {
    expect: () => Promise.resolve({ type: 'pvh', maxPfns: 1 }),
  });
  await expect(buffer(small.libxc)).rejects.toMatchObject({ code: 'STREAM_TOO_LARGE' });
});

test('pages that come for the first time are told, and those that come again are not', async () => {
  const libxc = Buffer.concat([...syntheticPvh({ pages: 3, rounds: 4 })]);
  const { head: before, tail: behind } = wrapImage(configJson);
  let pages = 0;
  const opened = await openImage(streamOf([before, libxc, behind]), {
    onNewPages: (more) => (pages += more),
  });
  await buffer(opened.libxc);
  expect(pages).toBe(5);
});

test('finishing before the libxc stream was read is an error', async () => {
  const opened = await openImage(streamOf([image]));
  await expect(opened.finish()).rejects.toMatchObject({ code: 'STREAM_TRUNCATED' });
});

test('an abort ends the libxc stream with an error', async () => {
  const controller = new AbortController();
  const stream = new PassThrough();
  stream.write(image.subarray(0, head.length + 100));
  const opened = await openImage(stream, { signal: controller.signal });
  const received = buffer(opened.libxc);
  controller.abort();
  await expect(received).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
