import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The progress of the run, and the memory in use there. */
export interface MemorySample {
  readonly inputs: number;
  readonly bytes: number;
}

/** A slope that adds up to this much over all inputs cannot be told from chance. */
const NOISE_BYTES = 6 * 2 ** 20;

/** The memory in use after garbage collection: JavaScript's heap, and buffers outside of it. */
export function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect(); // what the first has found to be free of buffers outside the heap is gone only after the second
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes that are kept for each input, by least squares over the later three quarters: the first warm it up. */
export function growthOf(samples: readonly MemorySample[]): {
  readonly bytesEach: number;
  readonly isBounded: boolean;
} {
  const later = samples.slice(Math.floor(samples.length / 4));
  const mean = (of: (sample: MemorySample) => number): number =>
    later.reduce((sum, sample) => sum + of(sample), 0) / later.length;
  const [x, y] = [mean(({ inputs }) => inputs), mean(({ bytes }) => bytes)];
  const spread = later.reduce((sum, { inputs }) => sum + (inputs - x) ** 2, 0);
  if (spread === 0) return { bytesEach: 0, isBounded: true };
  const bytesEach = later.reduce((sum, { inputs, bytes }) => sum + (inputs - x) * (bytes - y), 0) / spread;
  const inputs = (later.at(-1) as MemorySample).inputs - (later[0] as MemorySample).inputs;
  return { bytesEach, isBounded: bytesEach * inputs < NOISE_BYTES };
}
