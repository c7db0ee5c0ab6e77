import { Readable } from 'node:stream';
import { ByteReader } from './byte-reader.ts';
import { streamError } from './error.ts';
import { readLibxlEnd, readLibxlHeader } from './libxl-stream.ts';
import { LibxcVerifier, type XenRelease } from './libxc/verifier.ts';
import { readXlHeader } from './xl-header.ts';

/** The domain of the configuration; the libxc stream must be of such a domain. */
export interface ExpectedDomain {
  readonly type: 'pv' | 'pvh';
  /**
   * One more than the highest pfn that it can have. Its memory does not tell: the p2m of a Linux PV domain reaches to
   * 512 GiB whatever it has, and a PVH domain may map what is not its own far above. @default that of the verifier
   */
  readonly maxPfns?: number | undefined;
  /** The most pages that it may own, 4 KiB each; the record that exceeds it is refused. @default no limit */
  readonly maxPages?: number | undefined;
  /** The Xen that is to read it; what a newer one wrote is refused. @default any */
  readonly newestXen?: XenRelease | undefined;
}

/** The expected domain of an image, and the observer of its progress. */
export interface OpenImageOptions {
  /** Asked once, before the first byte of the libxc stream is looked at. */
  readonly expect?: (configJson: string) => ExpectedDomain | Promise<ExpectedDomain>;
  /** Told of pages, 4 KiB each, that have come for the first time. */
  readonly onNewPages?: (pages: number) => void;
  /** Its abort destroys the stream. */
  readonly signal?: AbortSignal;
}

/** An image whose configuration has been read, and whose memory has yet to come. */
export interface OpenedImage {
  /** The domain's configuration as libxl's JSON; it has not been parsed. */
  readonly configJson: string;
  /** The libxc stream, image header to END: each byte has been checked, and it ends right behind END. */
  readonly libxc: Readable;
  /** The same, in place of `libxc`: a piece is good for as long as the piece of the image that it lies in. */
  pieces(): AsyncGenerator<Buffer, void>;
  /** Their verifier, with its counts. */
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
export async function openImage(
  image: Readable | AsyncIterable<Uint8Array>,
  options: OpenImageOptions = {},
): Promise<OpenedImage> {
  const { expect, onNewPages, signal } = options;
  const reader = new ByteReader(image, { signal });
  const { configJson } = await readXlHeader(reader);
  await readLibxlHeader(reader);
  const expected = await expect?.(configJson);
  const verifier = new LibxcVerifier({
    baseOffset: reader.offset,
    maxPfns: expected?.maxPfns,
    maxPages: expected?.maxPages,
    newestXen: expected?.newestXen,
    expect: expected?.type,
  });
  const pieces = (): AsyncGenerator<Buffer, void> => readLibxc(reader, verifier, onNewPages);
  return {
    configJson,
    libxc: Readable.from(pieces(), { objectMode: false }),
    pieces,
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

async function* readLibxc(
  reader: ByteReader,
  verifier: LibxcVerifier,
  onNewPages: OpenImageOptions['onNewPages'],
): AsyncGenerator<Buffer, void> {
  const { counts } = verifier;
  let told = 0;
  while (!verifier.isComplete) {
    const bytes = await reader.next();
    if (bytes === undefined) break;
    const checked: Buffer[] = [];
    const used = verifier.push(bytes, (part) => checked.push(part));
    reader.unread(bytes.subarray(used));
    const isNew = counts.pages - counts.duplicatePages;
    if (isNew > told) onNewPages?.(isNew - told);
    told = isNew;
    yield* checked;
  }
  verifier.finish();
}
