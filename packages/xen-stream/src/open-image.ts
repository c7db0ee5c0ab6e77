import { Readable } from 'node:stream';
import { ByteReader } from './byte-reader.ts';
import { streamError } from './error.ts';
import { readLibxlEnd, readLibxlHeader } from './libxl-stream.ts';
import { LibxcVerifier, type LibxcVerifierOptions } from './libxc/verifier.ts';
import { readXlHeader } from './xl-header.ts';

export interface OpenImageOptions extends Pick<LibxcVerifierOptions, 'maxPfns'> {
  /** The type of the domain, which the configuration tells: the libxc stream must be of such a domain. */
  readonly expect?: (configJson: string) => 'pv' | 'pvh';
  /** Its abort destroys the stream. */
  readonly signal?: AbortSignal;
}

export interface OpenedImage {
  /** The domain's configuration as libxl's JSON; it has not been parsed. */
  readonly configJson: string;
  /** The libxc stream, image header to END: each byte has been checked, and it ends right behind END. */
  readonly libxc: Readable;
  /** What went by in `libxc`. */
  readonly verifier: LibxcVerifier;
  /**
   * Checks what follows the libxc stream, once that has been read. Bytes behind the end of the image are left alone.
   */
  finish(): Promise<void>;
}

/**
 * Opens an image in xl format: reads its headers, and gives the libxc stream in it. The image stays the caller's to
 * close, whatever happens.
 *
 * @throws VmToolsError of kind corrupt; so do `libxc` and `finish`
 */
export async function openImage(image: Readable, options: OpenImageOptions = {}): Promise<OpenedImage> {
  const { expect, maxPfns, signal } = options;
  const reader = new ByteReader(image, { signal });
  const { configJson } = await readXlHeader(reader);
  await readLibxlHeader(reader);
  const verifier = new LibxcVerifier({
    baseOffset: reader.offset,
    ...(maxPfns === undefined ? {} : { maxPfns }),
    ...(expect === undefined ? {} : { expect: expect(configJson) }),
  });
  return {
    configJson,
    libxc: Readable.from(readLibxc(reader, verifier), { objectMode: false }),
    verifier,
    async finish() {
      if (!verifier.isComplete) {
        const place = { offset: reader.offset, record: 'libxc stream' };
        throw streamError('STREAM_TRUNCATED', 'it was not read to its end', place);
      }
      await readLibxlEnd(reader);
    },
  };
}

async function* readLibxc(reader: ByteReader, verifier: LibxcVerifier): AsyncGenerator<Buffer> {
  while (!verifier.isComplete) {
    const bytes = await reader.next();
    if (bytes === undefined) break;
    const checked: Buffer[] = [];
    const used = verifier.push(bytes, (part) => checked.push(part));
    reader.unread(bytes.subarray(used));
    yield* checked;
  }
  verifier.finish();
}
