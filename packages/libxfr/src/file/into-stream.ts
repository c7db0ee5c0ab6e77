import type { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileError } from '../disk/file-error.ts';

/**
 * Passes an image on into a stream that the caller owns. Resolves when that has taken all of it; when it fails, the
 * writer of `image` gets the error, too.
 *
 * @throws VmToolsError XFR_READER_GONE, XFR_NO_SPACE, XFR_FILE_IO
 */
export async function intoStream(
  image: Readable,
  through: readonly Transform[],
  destination: Writable,
): Promise<void> {
  try {
    await pipeline([image, ...through, destination]);
  } catch (thrown) {
    const error = fileError(thrown, 'write the image into', 'the stream');
    image.destroy(error); // pipeline leaves it alone when the destination has failed before
    throw error;
  }
}
