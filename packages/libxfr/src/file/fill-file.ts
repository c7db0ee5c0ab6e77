import { throwIfAborted } from '@vm-tools/errors';
import { ImageFile, type ImageFileOptions } from './image-file.ts';

const ZEROS = Buffer.alloc(2 ** 16);

/** How a file is filled. */
export interface FillFileOptions extends Pick<ImageFileOptions, 'overwrite' | 'durable' | 'storage'> {
  /** Its abort ends the filling at the next write. */
  readonly signal?: AbortSignal | undefined;
}

/** A file that is being filled, in any order: what is not written is zeros, and takes no room. */
export interface FilledFile {
  /** @param bytes may be used for something else when it has resolved */
  write(bytes: Buffer, position: number): Promise<void>;
  /** Makes zeros of what has been written. */
  clear(position: number, bytes: number): Promise<void>;
}

/**
 * Makes a file of mode 0600 that has its name when it is whole and on the disk; after any failure and any abort there is
 * no file.
 *
 * @param fill resolves with the length of the file, bytes
 * @throws VmToolsError XFR_FILE_EXISTS, XFR_FILE_TYPE, XFR_FILE_MISSING, XFR_FILE_DENIED (usage), XFR_NO_SPACE
 *   (resource), XFR_FILE_IO (failure), INTERRUPTED (interrupted), and whatever `fill` rejects with
 */
export async function fillFile(
  path: string,
  { signal, ...options }: FillFileOptions,
  fill: (file: FilledFile) => Promise<number>,
): Promise<void> {
  const file = await ImageFile.create(path, { ...options, neededBytes: 0 });
  const write = (bytes: Buffer, position: number): Promise<void> => {
    throwIfAborted(signal, `writing ${path}`);
    return file.writeAt(bytes, position);
  };
  try {
    const length = await fill({
      write: async (bytes, position) => write(bytes, position),
      async clear(position, bytes) {
        for (let done = 0; done < bytes; done += ZEROS.length)
          await write(ZEROS.subarray(0, Math.min(ZEROS.length, bytes - done)), position + done);
      },
    });
    throwIfAborted(signal, `writing ${path}`);
    file.reach(length);
    await file.commit();
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
}
