import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { syntheticPvh } from '../testing/synthetic-pvh.ts';
import { verdictOf, withFlippedBit } from '../testing/verdict.ts';
import { FileVerifier } from './verify-file.ts';
import { LibxcVerifier } from './verifier.ts';

const HEAD = 100;
const stream = Buffer.concat([...syntheticPvh({ pages: 60, absentPfns: 5, rounds: 2, pagesPerRecord: 30 })]);

/** A file that grows, and counts what is read of it. */
function growing(
  bytes: Buffer,
): { length: number; bytesRead: number } & ConstructorParameters<typeof FileVerifier>[0] {
  const file = {
    length: 0,
    bytesRead: 0,
    size: async () => file.length,
    async read(into: Buffer, position: number) {
      const copied = bytes.copy(into, 0, position, file.length);
      file.bytesRead += copied;
      return copied;
    },
  };
  return file;
}

async function follow(
  bytes: Buffer,
  lengths: readonly number[],
): Promise<{ code: unknown; offset: unknown; verifier: LibxcVerifier; at: number; bytesRead: number }> {
  const file = growing(Buffer.concat([Buffer.alloc(HEAD, 'h'), bytes]));
  const verifier = new LibxcVerifier({ expect: 'pvh', baseOffset: HEAD });
  const followed = new FileVerifier(file, verifier, HEAD);
  const outcome = (error?: { code: unknown; details: { offset?: unknown } }) => ({
    code: error?.code ?? 'accepted',
    offset: error?.details.offset,
    ...{ verifier, at: followed.position, bytesRead: file.bytesRead },
  });
  try {
    for (const length of [...lengths].sort((a, b) => a - b)) {
      file.length = HEAD + length;
      await Promise.all([followed.catchUp(), followed.catchUp()]);
    }
    file.length = HEAD + bytes.length;
    await followed.finish();
    return outcome();
  } catch (thrown) {
    return outcome(thrown as { code: unknown; details: { offset?: unknown } });
  }
}

test('a stream is followed however it grows, and its pages are hardly read', async () => {
  const whole = new LibxcVerifier();
  whole.push(stream);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(stream.length), { maxLength: 20 }), async (lengths) => {
      const { code, verifier, at } = await follow(stream, lengths);
      expect([code, at]).toEqual(['accepted', HEAD + stream.length]);
      expect(verifier.counts).toEqual(whole.counts);
    }),
  );
  const { bytesRead } = await follow(stream, []);
  expect(bytesRead).toBeLessThan(stream.length);
});

test('what a verifier of bytes refuses is refused at the same place', async () => {
  const lengths = fc.array(fc.nat(stream.length), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.nat(8 * stream.length - 1), lengths, async (bit, grown) => {
      const flipped = withFlippedBit(stream, bit);
      const said = verdictOf([flipped]);
      const { code, offset } = await follow(flipped, grown);
      expect(code).toBe(said.code);
      if (said.code !== 'accepted' && said.code !== 'STREAM_TRUNCATED')
        expect(offset).toBe(HEAD + Number(said.offset));
    }),
    { numRuns: 500 },
  );
});

test('a file that ends too soon, and one in which something follows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(stream.length - 1), async (length) => {
      expect((await follow(stream.subarray(0, length), [])).code).toMatch(/STREAM_(TRUNCATED|FOREIGN)/);
    }),
  );
  const { code, offset } = await follow(Buffer.concat([stream, Buffer.from('x')]), []);
  expect([code, offset]).toEqual(['STREAM_CORRUPT', HEAD + stream.length]);
});
