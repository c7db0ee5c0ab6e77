import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compressFrames, encodeFrameTable, expandFrames, isZstd, readFrameTable } from './index.ts';

const MIB = 2 ** 20;
const pack = promisify(zstdCompress);

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Uint8Array.from(piece));
  return Buffer.concat(all);
}

/** The same buffer for each piece, as a reader with one kept buffer has it. */
async function* inOneBuffer(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  const kept = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = bytes.copy(kept, 0, at, at + pieceBytes);
    yield kept.subarray(0, length);
    kept.fill(0xff);
  }
}

const fileOf = (bytes: Buffer, atMost = Infinity) => ({
  read: async (into: Buffer, position: number) =>
    bytes.copy(into, 0, position, Math.min(bytes.length, position + Math.min(atMost, into.length))),
});

const compressed = (plain: Buffer): Promise<Buffer> => gathered(compressFrames(inOneBuffer(plain, 70_000)));
const expanded = (packed: Buffer): Promise<Buffer> => gathered(expandFrames(Readable.from([packed])));

/** Three frames and a bit, of which no two are alike. */
function sample(): Buffer {
  const plain = Buffer.alloc(3 * MIB + 4711);
  for (let at = 0; at < plain.length; at += 97) plain.writeUInt8((at * 7) % 251, at);
  return plain;
}

test('what was compressed comes back, however it was cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 2 * MIB })), {
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 2 * MIB }),
      async (runs, pieceBytes) => {
        const plain = Buffer.concat(runs.map((run) => (typeof run === 'number' ? Buffer.alloc(run) : run)));
        const packed = await gathered(
          compressFrames(inOneBuffer(plain, Math.max(pieceBytes, plain.length >> 12))),
        );
        expect((await expanded(packed)).equals(plain)).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

test('the table tells where each frame lies, and each stands by itself', async () => {
  const plain = sample();
  const packed = await compressed(plain);
  expect(isZstd(packed)).toBe(true);
  const table = await readFrameTable(fileOf(packed, 5), packed.length);
  expect(table?.plainBytes).toBe(plain.length);
  expect(table?.frames.map(({ plain: bytes }) => bytes)).toEqual([MIB, MIB, MIB, 4711]);
  let [from, at] = [0, 0];
  for (const frame of table?.frames ?? []) {
    const alone = zstdDecompressSync(packed.subarray(from, from + frame.packed));
    expect(alone.equals(plain.subarray(at, at + frame.plain))).toBe(true);
    from += frame.packed;
    at += frame.plain;
  }
});

test('of nothing there is a table alone', async () => {
  const packed = await compressed(Buffer.alloc(0));
  expect(isZstd(packed)).toBe(true);
  expect(await readFrameTable(fileOf(packed), packed.length)).toEqual({ plainBytes: 0, frames: [] });
  expect(await expanded(packed)).toHaveLength(0);
});

test('what zstd itself has written is read, and has no table', async () => {
  const packed = await pack(sample());
  expect(await readFrameTable(fileOf(packed), packed.length)).toBeUndefined();
  expect((await expanded(packed)).equals(sample())).toBe(true);
});

test('an error of the source is passed on as it is', async () => {
  const failed = new Error('the disk is gone');
  const packed = await compressed(sample());
  async function* broken(): AsyncGenerator<Buffer> {
    yield packed.subarray(0, 100);
    throw failed;
  }
  await expect(gathered(expandFrames(Readable.from(broken())))).rejects.toBe(failed);
  await expect(gathered(compressFrames(broken()))).rejects.toBe(failed);
});

test('a reader that stops early ends the source', async () => {
  const source = Readable.from([await compressed(sample())]);
  const closed = new Promise((resolve) => source.once('close', resolve));
  for await (const _ of expandFrames(source)) break;
  await closed;
});

describe('damage is found', () => {
  test.each([
    ['cut off', (packed: Buffer) => packed.subarray(0, packed.length / 2)],
    ['cut within the first head', (packed: Buffer) => packed.subarray(0, 6)],
    ['one bit flipped', (packed: Buffer) => flipped(packed, packed.length >> 2)],
    // A window of 2 GiB, in the descriptor behind the magic number.
    ['a window too large', () => Buffer.from('28b52ffd00a8010000', 'hex')],
  ])('%s', async (_, damage) => {
    await expect(expanded(damage(await compressed(sample())))).rejects.toMatchObject({
      code: 'ZSTD_CORRUPT',
    });
  });

  test.each([
    [
      'a count that the file has no room for',
      (table: Buffer) => table.writeUInt32LE(2 ** 31, table.length - 9),
    ],
    ['flags that are reserved', (table: Buffer) => table.writeUInt8(4, table.length - 5)],
    ['another length in its head', (table: Buffer) => table.writeUInt32LE(7, 4)],
    ['frames longer than the file', (table: Buffer) => table.writeUInt32LE(7, 8)],
  ])('in the table: %s', async (_, damage) => {
    const table = encodeFrameTable([{ packed: 3, plain: 10 }]);
    damage(table);
    const file = Buffer.concat([Buffer.from('abc'), table]);
    await expect(readFrameTable(fileOf(file), file.length)).rejects.toMatchObject({ code: 'ZSTD_CORRUPT' });
  });

  test('in any byte: an error, or the same bytes', async () => {
    const plain = sample();
    const packed = await compressed(plain);
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), async (at) => {
        const read = await expanded(flipped(packed, at)).catch((thrown: unknown) => thrown);
        if (Buffer.isBuffer(read)) expect(plain.subarray(0, read.length).equals(read)).toBe(true);
        else expect(read).toMatchObject({ code: 'ZSTD_CORRUPT' });
      }),
      { numRuns: 60 },
    );
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
