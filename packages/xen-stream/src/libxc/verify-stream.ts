import { Transform } from 'node:stream';
import { LibxcVerifier, type LibxcVerifierOptions } from './verifier.ts';

/** A stream through which a libxc stream goes unchanged, and in which it breaks when it is not sound. */
export interface LibxcVerifyStream extends Transform {
  /** for its counts and header */
  readonly verifier: LibxcVerifier;
}

/** The checks of a stream, and its observer. */
export interface LibxcVerifyOptions extends LibxcVerifierOptions {
  /** Told each time that a record of pages, of up to 4 MiB, has begun to go by; of several in one chunk once. */
  readonly onPageBatch?: () => void;
}

/**
 * A libxc stream in, the same bytes out (but for holes, if they are left out), each only after the record that it
 * belongs to has been checked. Pages pass as they come. The input must end with END: less is STREAM_TRUNCATED, more is STREAM_CORRUPT.
 */
export function verifyLibxc({ onPageBatch, ...options }: LibxcVerifyOptions = {}): LibxcVerifyStream {
  const verifier = new LibxcVerifier(options);
  const transform = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      try {
        const { pageRecords } = verifier.counts;
        verifier.pushAll(chunk, (bytes) => this.push(bytes));
        if (verifier.counts.pageRecords > pageRecords) onPageBatch?.();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        verifier.finish();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return Object.assign(transform, { verifier });
}
