import { imageFromStdin, type Messages } from '@vm-tools/cli';
import { expectedOfImage, readImageDomain, type ImageDomain } from '@vm-tools/libdomain';
import { openImageBytes, type ImageBytes } from '@vm-tools/libxfr/images';
import { openImageFile, type OpenedFile, type PageBatch } from '@vm-tools/xen-stream';
import { showReading } from './show-reading.ts';

/** What is done with an image while it is read. */
export interface OpenFileOptions {
  /** every byte is read, and every checksum looked at */
  readonly isWhole: boolean;
  /** Waited for with the pages of each record. */
  readonly onPages?: ((batch: PageBatch, bytes: ImageBytes) => Promise<void>) | undefined;
  readonly messages: Messages;
  readonly signal: AbortSignal;
}

/** An image that a command line names; its headers have been read. */
export interface NamedImage {
  readonly bytes: ImageBytes;
  readonly image: OpenedFile;
  readonly domain: ImageDomain;
}

/**
 * Opens an image, lets it be looked at, and closes it.
 *
 * @param file as the command line names it
 * @throws VmToolsError STREAM_…, IMAGE_CONFIG_CORRUPT, ZSTD_CORRUPT (corrupt), XFR_FILE_…, and what `look` throws
 */
export async function withImage<Value>(
  file: string,
  { isWhole, onPages, messages, signal }: OpenFileOptions,
  look: (named: NamedImage) => Promise<Value>,
): Promise<Value> {
  using reading = showReading(messages);
  const from = file === '-' ? imageFromStdin() : file;
  await using bytes = await openImageBytes(from, { isWhole, onRead: reading.onRead, signal });
  reading.total = bytes.storedBytes;
  const image = await openImageFile(bytes, {
    expect: (json) => expectedOfImage(readImageDomain(json)),
    ...(onPages === undefined ? {} : { onPages: (batch) => onPages(batch, bytes) }),
    signal,
  });
  return await look({ bytes, image, domain: readImageDomain(image.configJson) });
}
