import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diskStorage, type SharedFile } from '../disk/storage.ts';
import { Holes } from './holes.ts';

const KIB = 1024;

/** A file in memory that remembers what was punched. */
function inMemory(
  bytes: Buffer,
  punches = true,
): Pick<SharedFile, 'read' | 'punch'> & { readonly punched: [number, number][] } {
  const punched: [number, number][] = [];
  return {
    punched,
    read: async (into, position) => bytes.copy(into, 0, position),
    async punch(position, length) {
      if (!punches) throw Object.assign(new Error('EOPNOTSUPP'), { code: 'EOPNOTSUPP' });
      expect(bytes.subarray(position, position + length).every((byte) => byte === 0)).toBe(true);
      punched.push([position, length]);
    },
  };
}

/** Parts that are zero or not, of any length. */
const parts = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 200 * KIB })), { maxLength: 20 });

test('only zeros are punched, and every byte is accounted for, however it was written', async () => {
  await fc.assert(
    fc.asyncProperty(parts, fc.array(fc.nat(3_000_000), { maxLength: 8 }), async (made, cuts) => {
      const bytes = Buffer.concat(made.map(([isZero, length]) => Buffer.alloc(length, isZero ? 0 : 'x')));
      const file = inMemory(bytes);
      let [data, zeros] = [0, 0];
      const holes = new Holes(file, 0, (kept, punched) => {
        data += kept;
        zeros += punched;
      });
      let at = 0;
      for (const end of [
        ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
        bytes.length,
      ]) {
        holes.wrote(end - at);
        at = end;
      }
      await holes.finish();
      expect(data + zeros).toBe(bytes.length);
      expect(zeros).toBe(file.punched.reduce((sum, [, length]) => sum + length, 0));
    }),
    { numRuns: 50 },
  );
});

test('a file system without holes keeps the zeros', async () => {
  const told: [number, number][] = [];
  const holes = new Holes(inMemory(Buffer.alloc(100 * KIB), false), 0, (...counts) => void told.push(counts));
  holes.wrote(100 * KIB);
  await holes.finish();
  expect(told).toEqual([[100 * KIB, 0]]);
});

test('room is given back, and the file stays what it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xfr-holes-'));
  const path = join(folder, 'image');
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const content = Buffer.concat([Buffer.alloc(5000, 'x'), Buffer.alloc(4096 * KIB), Buffer.alloc(5000, 'y')]);
  await using writer = await open(path, 'w');
  await writer.write(content);
  await writer.sync();
  const before = (await stat(path)).blocks;
  const file = await diskStorage.open(path);
  const holes = new Holes(file.shared!, 0, () => undefined);
  holes.wrote(content.length);
  await holes.finish();
  await file.close();
  expect((await readFile(path)).equals(content)).toBe(true);
  expect((await stat(path)).blocks).toBeLessThan(before / 2);
});
