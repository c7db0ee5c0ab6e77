import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cut } from '../protocol/pieces.ts';
import { imageChunk } from '../testing/image-bytes.ts';
import { writeAll } from './write-all.ts';

let folder = '';
let file: FileHandle;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-all-'));
  file = await open(join(folder, 'image'), 'wx');
});
afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

/** A disk that takes no more than so many bytes at once. */
function taking(most: number): Pick<FileHandle, 'writev'> {
  return {
    writev: async (buffers, position) => {
      const [front] = cut(buffers as unknown as readonly Buffer[], most);
      return { ...(await file.writev(front, position)), buffers };
    },
  };
}

test('all pieces are written in their place, however little each write takes', async () => {
  const bytes = fc.uint8Array({ maxLength: 9 }).map((each) => Buffer.from(each));
  await fc.assert(
    fc.asyncProperty(fc.array(bytes), fc.integer({ min: 1, max: 20 }), async (pieces, most) => {
      await file.truncate(0);
      await writeAll(taking(most), pieces, 7);
      const expected = Buffer.concat(pieces);
      const written = await readFile(join(folder, 'image'));
      expect(written.subarray(7)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('more pieces than the kernel takes at once', async () => {
  const pieces = Array.from({ length: 3000 }, (_, index) => imageChunk(index, 10));
  await writeAll(file, pieces, 0);
  expect(await readFile(join(folder, 'image'))).toEqual(Buffer.concat(pieces));
});
