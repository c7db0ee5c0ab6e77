import { Readable } from 'node:stream';
import { ByteReader } from './byte-reader.ts';
import { readLibxlEnd, readLibxlHeader } from './libxl-stream.ts';
import type { PageBatch } from './libxc/page-data.ts';
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
  /** Behind the image, bytes from the beginning of the file; what follows there belongs to something else. */
  readonly end: number;
}

/** The expected domain of an image in a file, and what is done with its pages. */
export interface CheckFileOptions {
  /** Asked once, before the first byte of the libxc stream is looked at. */
  readonly expect?: (configJson: string) => FileDomain | Promise<FileDomain>;
  /** Waited for after the head of each record of pages: it may read them from the file, once and in their order. */
  readonly onPages?: ((batch: PageBatch) => Promise<void>) | undefined;
  readonly signal?: AbortSignal;
}

/** The domain of the configuration: an HVM domain can be looked at, although nothing here restores it. */
export interface FileDomain extends Omit<ExpectedDomain, 'type'> {
  readonly type: ExpectedDomain['type'] | 'hvm';
}

/** An image in a file whose configuration has been read, and whose records have yet to be checked. */
export interface OpenedFile {
  /** The domain's configuration as libxl's JSON; it has not been parsed. */
  readonly configJson: string;
  /** The verifier of its libxc stream: how much of it was sound, while `check` runs and after it has failed. */
  readonly verifier: LibxcVerifier;
  /** Checks all records, once. @throws VmToolsError of kind corrupt, and what the file rejects with */
  check(): Promise<CheckedFile>;
}

const READ_BYTES = 64 * 1024;

/**
 * Checks an image in xl format from its first byte to its last without reading its pages, before any of it is used.
 *
 * @throws VmToolsError of kind corrupt, and what `file` rejects with
 */
export async function checkImageFile(file: StreamFile, options: CheckFileOptions = {}): Promise<CheckedFile> {
  return (await openImageFile(file, options)).check();
}

/**
 * Reads the headers of an image in xl format, in a file or in anything that can be read like one. It goes through it
 * once, from its beginning to its end, and back by no more than 512 KiB.
 *
 * @throws VmToolsError of kind corrupt, and what `file` rejects with
 */
export async function openImageFile(file: StreamFile, options: CheckFileOptions = {}): Promise<OpenedFile> {
  const { expect, onPages, signal } = options;
  const head = readerAt(file, 0, signal);
  const { configJson } = await readXlHeader(head);
  await readLibxlHeader(head);
  const from = head.offset;
  const { type, ...bounds } = (await expect?.(configJson)) ?? {};
  const batches: PageBatch[] = [];
  const verifier = new LibxcVerifier({
    ...bounds,
    expect: type === 'hvm' ? 'pvh' : type, // the stream itself does not tell them apart
    baseOffset: from,
    ...(onPages === undefined ? {} : { onPages: (batch) => void batches.push(batch) }),
  });
  const handOut = async (): Promise<void> => {
    for (const batch of batches.splice(0)) await onPages?.(batch);
  };
  const libxc = new FileVerifier(file, verifier, from, onPages === undefined ? undefined : handOut);
  return {
    configJson,
    verifier,
    async check() {
      // What can only be read to its end gets longer as it is read.
      for (let before = -1; !verifier.isComplete && libxc.position > before;) {
        before = libxc.position;
        await libxc.catchUp(signal);
      }
      verifier.finish();
      const to = libxc.position;
      const tail = readerAt(file, to, signal);
      await readLibxlEnd(tail, { hasDeviceModel: type === 'hvm' });
      return { configJson, libxc: { from, to }, end: tail.offset };
    },
  };
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
  return new ByteReader(bytes, { signal, offset: from });
}
