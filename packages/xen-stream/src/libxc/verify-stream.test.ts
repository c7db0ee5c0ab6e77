import { expect, test } from '@jest/globals';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syntheticPvh } from '../testing/synthetic-pvh.ts';
import { LibxcVerifier } from './verifier.ts';
import { verifyLibxc } from './verify-stream.ts';

const stream = Buffer.concat([...syntheticPvh({ pages: 20, pagesPerRecord: 8 })]);

async function runThrough(
  bytes: Buffer,
): Promise<{ received: Buffer; transform: ReturnType<typeof verifyLibxc> }> {
  const parts: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  const transform = verifyLibxc();
  await pipeline(Readable.from(chunksOf(bytes, 1000), { objectMode: false }), transform, sink);
  return { received: Buffer.concat(parts), transform };
}

function recordsOf(bytes: Buffer): number {
  const verifier = new LibxcVerifier();
  verifier.push(bytes);
  return verifier.counts.records;
}

function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('passes a good stream and counts it', async () => {
  const { received, transform } = await runThrough(stream);
  expect(received.equals(stream)).toBe(true);
  expect(transform.verifier.counts).toMatchObject({ bytes: stream.length, pages: 22 });
});

test('fails at the end of an input that is too short', async () => {
  await expect(runThrough(stream.subarray(0, -1))).rejects.toMatchObject({ code: 'STREAM_TRUNCATED' });
});

test('fails on an input that is too long', async () => {
  await expect(runThrough(Buffer.concat([stream, Buffer.alloc(1)]))).rejects.toMatchObject({
    code: 'STREAM_CORRUPT',
    details: { offset: stream.length, record: 'END', recordIndex: recordsOf(stream) - 1 },
  });
});

test('reports records of pages once for each chunk in which some begin, and nothing else', async () => {
  const chunks = [...syntheticPvh({ pages: 20, pagesPerRecord: 8 })];
  const verifier = new LibxcVerifier();
  const begun = chunks.map((chunk) => {
    const { pageRecords } = verifier.counts;
    verifier.push(chunk);
    return verifier.counts.pageRecords > pageRecords;
  });
  let told = 0;
  const transform = verifyLibxc({ onPageBatch: () => (told += 1) }).resume();
  for (const [at, chunk] of chunks.entries()) {
    told = 0;
    await new Promise((resolve) => transform.write(chunk, resolve));
    expect([at, told]).toEqual([at, begun[at] ? 1 : 0]);
  }
  expect(new Set(begun)).toEqual(new Set([true, false]));
  told = 0;
  const whole = verifyLibxc({ onPageBatch: () => (told += 1) }).resume();
  await new Promise((resolve) => whole.write(stream, resolve));
  expect(told).toBe(1);
});

test('fails on an empty input', async () => {
  await expect(runThrough(Buffer.alloc(0))).rejects.toMatchObject({ code: 'STREAM_FOREIGN' });
});
