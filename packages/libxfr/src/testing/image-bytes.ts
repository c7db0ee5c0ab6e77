import { createHash } from 'node:crypto';

/** Bytes without a pattern, the same ones each time. */
const NOISE = makeNoise(64 * 1024);

function makeNoise(length: number): Buffer {
  const noise = Buffer.alloc(length);
  let state = 1;
  for (let offset = 0; offset < length; offset += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    noise.writeUInt32LE(state, offset);
  }
  return noise;
}

/** A chunk that differs from those of other indices; at most 64 KiB. */
export function imageChunk(index: number, length: number): Buffer {
  const chunk = Buffer.from(NOISE.subarray(0, length));
  chunk.writeUInt32LE(index, 0);
  return chunk;
}

/** SHA-256 of that many chunks, in hex. */
export function imageDigest(chunks: number, length: number): string {
  const hash = createHash('sha256');
  for (let index = 0; index < chunks; index += 1) hash.update(imageChunk(index, length));
  return hash.digest('hex');
}
