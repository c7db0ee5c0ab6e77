import { Readable } from 'node:stream';
import { ByteReader } from './byte-reader.ts';
import { readLibxlEnd, readLibxlHeader } from './libxl-stream.ts';
import { FileVerifier, type StreamFile } from './libxc/verify-file.ts';
import { LibxcVerifier } from './libxc/verifier.ts';
import type { ExpectedDomain } from './open-image.ts';
import { readXlHeader } from './xl-header.ts';

/** An image in a file, of which everything has been checked but the contents of its pages. */
export interface CheckedFile {
  /** The domain's configuration as libxl's JSON; it has not been parsed. */
  readonly configJson: string;
  /** The place of the libxc stream in the file, bytes. */
  readonly libxc: { readonly from: number; readonly to: number };
}

/** The expected domain of an image in a file. */
export interface CheckFileOptions {
  /** Asked once, before the first byte of the libxc stream is looked at. */
  readonly expect?: (configJson: string) => ExpectedDomain | Promise<ExpectedDomain>;
  readonly signal?: AbortSignal;
}

const READ_BYTES = 64 * 1024;

/**
 * Checks an image in xl format from its first byte to its last without reading its pages, before any of it is used.
 *
 * @throws VmToolsError of kind corrupt, and what `file` rejects with
 */
export async function checkImageFile(file: StreamFile, options: CheckFileOptions = {}): Promise<CheckedFile> {
  const { expect, signal } = options;
  const head = readerAt(file, 0, signal);
  const { configJson } = await readXlHeader(head);
  await readLibxlHeader(head);
  const from = head.offset;
  const { type, ...bounds } = (await expect?.(configJson)) ?? {};
  const verifier = new LibxcVerifier({ ...bounds, expect: type, baseOffset: from });
  const libxc = new FileVerifier(file, verifier, from);
  await libxc.catchUp(signal);
  verifier.finish();
  await readLibxlEnd(readerAt(file, libxc.position, signal));
  return { configJson, libxc: { from, to: libxc.position } };
}

/**
 * The bytes of a file between two places.
 *
 * @param to @default the end of the file
 */
export async function* fileBytes(
  file: StreamFile,
  from: number,
  to = Infinity,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer, void> {
  for (let at = from; at < to;) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, to - at));
    const bytes = await file.read(buffer, at);
    if (bytes === 0) return;
    at += bytes;
    onRead(bytes);
    yield buffer.subarray(0, bytes);
  }
}

function readerAt(file: StreamFile, from: number, signal: AbortSignal | undefined): ByteReader {
  const bytes = Readable.from(fileBytes(file, from), { objectMode: false });
  return new ByteReader(bytes, { signal });
}
