import { zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compressFrames, encodeFrameTable, FrameReader, readFrameTable, type FrameSizes } from './index.ts';

const MIB = 2 ** 20;

const plain = Buffer.alloc(5 * MIB + 4711);
for (let at = 0; at < plain.length; at += 97) plain.writeUInt8((at * 7) % 251, at);

async function packed(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of compressFrames(cut(plain))) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function* cut(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

/** A file that counts what is read of it, and gives no more than so much at once. */
function fileOf(bytes: Buffer, atMost = Infinity) {
  const file = {
    bytesRead: 0,
    async read(into: Buffer, position: number) {
      const read = bytes.copy(into, 0, position, position + Math.min(atMost, into.length));
      file.bytesRead += read;
      return read;
    },
  };
  return file;
}

async function readerOf(bytes: Buffer, atMost?: number) {
  const file = fileOf(bytes, atMost);
  const reader = FrameReader.of(file, (await readFrameTable(file, bytes.length))!)!;
  return { file, reader };
}

test('any bytes are read, in any order, and no more is expanded than has to be', async () => {
  const bytes = await packed();
  const { file, reader } = await readerOf(bytes, 10_000);
  expect(reader.bytes).toBe(plain.length);
  const before = file.bytesRead;
  const first = Buffer.alloc(10);
  await Promise.all([reader.read(first, 3 * MIB), reader.read(Buffer.alloc(10), 3 * MIB + 10)]);
  expect(first.equals(plain.subarray(3 * MIB, 3 * MIB + 10))).toBe(true);
  expect(file.bytesRead - before).toBeLessThan(bytes.length / 4);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(plain.length + 10),
      fc.integer({ min: 1, max: 3 * MIB }),
      async (from, length) => {
        const into = Buffer.alloc(length);
        const read = await reader.read(into, from);
        expect(into.subarray(0, read).equals(plain.subarray(from, from + read))).toBe(true);
        expect(read === 0).toBe(from >= plain.length);
      },
    ),
    { numRuns: 50 },
  );
});

test('damage, and a table that says something else, are told with their place', async () => {
  const flipped = await packed();
  flipped.writeUInt8(flipped.readUInt8(200) ^ 1, 200);
  const { reader } = await readerOf(flipped);
  await expect(reader.read(Buffer.alloc(1), 5)).rejects.toMatchObject({
    code: 'ZSTD_CORRUPT',
    details: { offset: 0 },
  });
  expect(await reader.read(Buffer.alloc(1), 2 * MIB)).toBe(1);
  const frame = zstdCompressSync(plain.subarray(0, 1000));
  for (const said of [999, 1001]) {
    const sizes = [
      { packed: 0, plain: 0 },
      { packed: frame.length, plain: said },
    ];
    const lying = await readerOf(Buffer.concat([frame, encodeFrameTable(sizes)]));
    await expect(lying.reader.read(Buffer.alloc(1), 0)).rejects.toMatchObject({
      code: 'ZSTD_CORRUPT',
      message: expect.stringContaining('frame 1, from byte 0'),
      details: { frame: 1, offset: 0 },
    });
  }
  const shorter = FrameReader.of(fileOf(frame.subarray(0, 9)), {
    plainBytes: 1000,
    frames: [{ packed: frame.length, plain: 1000 }],
  })!;
  await expect(shorter.read(Buffer.alloc(1), 0)).rejects.toMatchObject({ code: 'ZSTD_CORRUPT' });
});

test('a frame that is too large to be expanded for a byte has no reader, nor has a table that is too long', async () => {
  const large: FrameSizes[] = [{ packed: 100, plain: 9 * MIB }];
  expect(FrameReader.of(fileOf(Buffer.alloc(0)), { plainBytes: 9 * MIB, frames: large })).toBeUndefined();
  const foot = Buffer.alloc(9);
  foot.writeUInt32LE(2 ** 22 + 1, 0);
  foot.writeUInt32LE(0x8f92eab1, 5);
  const size = 2 ** 40;
  const file = { read: async (into: Buffer, position: number) => foot.copy(into, 0, position - size + 9) };
  expect(await readFrameTable(file, size)).toBeUndefined();
});

async function inOrder(reader: FrameReader): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of reader.inOrder()) pieces.push(piece);
  return pieces;
}

test('all of it in order; frames that are equal are expanded once', async () => {
  const { reader } = await readerOf(await packed(), 10_000);
  expect(Buffer.concat(await inOrder(reader)).equals(plain)).toBe(true);

  const frames: Buffer[] = [];
  const idle = Buffer.concat([plain.subarray(0, MIB), Buffer.alloc(3 * MIB), plain.subarray(MIB, 2 * MIB)]);
  for await (const frame of compressFrames(cut(idle))) frames.push(Buffer.from(frame));
  const pieces = await inOrder((await readerOf(Buffer.concat(frames))).reader);
  expect(Buffer.concat(pieces).equals(idle)).toBe(true);
  expect([pieces[2] === pieces[1], pieces[3] === pieces[1], pieces[4] === pieces[1]]).toEqual([
    true,
    true,
    false,
  ]);
});

test('in order: a damaged frame is told, behind what is sound before it', async () => {
  const bytes = await packed();
  const { frames } = (await readFrameTable(fileOf(bytes), bytes.length))!;
  const second = frames[0]!.packed;
  bytes.fill(0x55, second + 20, second + 40);
  const { reader } = await readerOf(bytes);
  const sound: Buffer[] = [];
  await expect(async () => {
    for await (const piece of reader.inOrder()) sound.push(piece);
  }).rejects.toMatchObject({ code: 'ZSTD_CORRUPT', details: { offset: MIB } });
  expect(Buffer.concat(sound).equals(plain.subarray(0, MIB))).toBe(true);
});

test('in order: a frame that is equal to the one before is not what a table says that says otherwise', async () => {
  const frame = zstdCompressSync(Buffer.alloc(1000));
  const sizes = (bytes: number): FrameSizes => ({ packed: frame.length, plain: bytes });
  const table = encodeFrameTable([sizes(1000), sizes(999)]);
  const { reader } = await readerOf(Buffer.concat([frame, frame, table]));
  await expect(inOrder(reader)).rejects.toMatchObject({ code: 'ZSTD_CORRUPT', details: { frame: 1 } });
});
