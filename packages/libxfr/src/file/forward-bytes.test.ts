import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ForwardBytes } from './forward-bytes.ts';

const MIB = 2 ** 20;

/** No two pages are alike. */
const bytes = Buffer.alloc(6 * MIB + 123);
for (let at = 0; at + 4 <= bytes.length; at += 512) bytes.writeUInt32LE(at, at);

function pieces(pieceBytes: number): AsyncIterable<Uint8Array> {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) cut.push(bytes.subarray(at, at + pieceBytes));
  return Readable.from(cut, { objectMode: true });
}

test('a reader that goes forward, and back by 1 MiB, reads the same as from a file', async () => {
  const steps = fc.array(
    fc.record({ by: fc.integer({ min: -MIB, max: 2 * MIB }), length: fc.integer({ min: 1, max: MIB }) }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 5000, max: 2 * MIB }), async (moves, pieceBytes) => {
      const forward = new ForwardBytes(pieces(pieceBytes));
      let [at, furthest] = [0, 0];
      for (const { by, length } of moves) {
        at = Math.max(0, furthest - MIB, at + by);
        const into = Buffer.alloc(length);
        const read = await forward.read(into, at);
        expect(into.subarray(0, read).equals(bytes.subarray(at, at + read))).toBe(true);
        expect(read === 0).toBe(at >= bytes.length);
        furthest = Math.max(furthest, at + read);
      }
    }),
    { numRuns: 40 },
  );
});

test('it gets longer as it is asked, and what lies too far behind is gone', async () => {
  const forward = new ForwardBytes(pieces(MIB));
  const sizes: number[] = [];
  for (let size = await forward.size(); size !== sizes.at(-1); size = await forward.size()) sizes.push(size);
  expect(sizes).toEqual([MIB, 2 * MIB, 3 * MIB, 4 * MIB, 5 * MIB, 6 * MIB, bytes.length]);
  await expect(forward.read(Buffer.alloc(1), 0)).rejects.toThrow('passed already');
  expect(await forward.read(Buffer.alloc(1), 5 * MIB)).toBe(1);
});

test('what lies before the end is passed on, all of it and in order, whatever was read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length),
      fc.array(fc.nat(bytes.length), { maxLength: 4 }),
      fc.integer({ min: 5000, max: 2 * MIB }),
      async (end, reads, pieceBytes) => {
        const passed: Buffer[] = [];
        const onPassed = async (piece: Buffer): Promise<void> => void passed.push(Buffer.from(piece));
        const forward = new ForwardBytes(pieces(pieceBytes), { onPassed });
        // As its readers do: they do not read far behind the end.
        const places = reads.map((at) => Math.min(at, end)).sort((a, b) => a - b);
        for (const at of places) await forward.read(Buffer.alloc(1000), at);
        const isFollowed = await forward.finish(end, 0);
        expect(isFollowed).toBe(end < bytes.length);
        expect(Buffer.concat(passed).equals(bytes.subarray(0, end))).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

test('an error of the source comes with each read from there on, and closing lets go of the source', async () => {
  const failed = new Error('the disk is gone');
  let isClosed = false;
  async function* broken(): AsyncGenerator<Uint8Array> {
    try {
      yield bytes.subarray(0, 100);
      throw failed;
    } finally {
      isClosed = true;
    }
  }
  const forward = new ForwardBytes(broken());
  expect(await forward.read(Buffer.alloc(1000), 0)).toBe(100);
  for (let asked = 0; asked < 2; asked++) {
    await expect(forward.size()).rejects.toBe(failed);
    await expect(forward.read(Buffer.alloc(1), 100)).rejects.toBe(failed);
  }
  expect(await forward.read(Buffer.alloc(1), 99)).toBe(1);
  await forward.close();
  expect(isClosed).toBe(true);
});
