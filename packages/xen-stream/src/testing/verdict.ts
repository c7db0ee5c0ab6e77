import { VmToolsError } from '@vm-tools/errors';
import { LibxcVerifier, type LibxcVerifierOptions } from '../libxc/verifier.ts';

export interface Verdict {
  /** 'accepted', or the code of the error */
  readonly code: string;
  readonly message?: string;
  readonly offset?: unknown;
  /** the bytes that were passed on */
  readonly passed: Buffer;
}

/** Verifies bytes that come in these chunks. An error that is not typed is thrown on. */
export function verdictOf(chunks: Iterable<Uint8Array>, options?: LibxcVerifierOptions): Verdict {
  const verifier = new LibxcVerifier(options);
  const passed: Buffer[] = [];
  try {
    for (const chunk of chunks) verifier.push(chunk, (bytes) => passed.push(Buffer.from(bytes)));
    verifier.finish();
    return { code: 'accepted', passed: Buffer.concat(passed) };
  } catch (error) {
    if (!(error instanceof VmToolsError)) throw error;
    const { code, message, details } = error;
    return { code, message, offset: details['offset'], passed: Buffer.concat(passed) };
  }
}

/** The same bytes in pieces that end at each of these positions, in any order. */
export function splitAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts, bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

export function withFlippedBit(bytes: Uint8Array, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const index = Math.floor(bit / 8);
  flipped[index] = flipped[index]! ^ (1 << (bit % 8));
  return flipped;
}
